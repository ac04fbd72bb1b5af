"""Game days in the practice cloud: the same scenarios as on the simulated clock, with everything real that can be.

In story order:

    arrangements   what people and accidents do in each scenario here: the one file to add a line to
    hands          how they do it: a pipeline, a person at the console, a process that is killed
    trail          what was done and who was told, read from the table, the locked bucket, the inbox and PagerDuty
    doorman        who may begin when, so that no scenario looks like a storm or spends another's budget
    play           one scenario
    gameday        all of them, in one house
"""
