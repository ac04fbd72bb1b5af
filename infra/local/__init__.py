"""The embedded cloud and the practice fleet: the real template on a laptop, no account, no container engine.

Nothing here is deployed, and nothing in `functions/` knows that it is here. In story order:

    install           what must be on the machine, and how it gets there
    processes         start by us, stopped by us, by process id
    ministack_server  the cloud, in a process of its own
    moto_server       SageMaker, load balancers and autoscaling, which that cloud lacks
    litellm, mlflow   a gateway in front of models, and a registry of them; `engines` are replicas with adapters
    clouds            all five of them up, and clients for them
    stack/            the real template deployed, repaired where the cloud drops things, and compared
    stage             what the services have, and what may be touched there; `seed` and `things` make it
    fleet             services that get slow, unsafe or expensive because of what `eyes` see; `mishaps` befall them
    monitoring        Prometheus and Alertmanager with our own rules, their durations scaled down
    pagerduty, inbox  where people would be told
    sweeper           once a minute is too slow for practice
    house             all of it, up and down
    journal, demo     what the responder did about a bad release, as it happens
    live/             game days: every scenario of `responder gameday`, played here
"""
