"""Common given names of many countries, by which a full name is told from two other capitalised words.

Left out on purpose: what is a word, a town or a month as well (Will, Mark, Rose, May, Florence, Jordan, Austin).
"""

GIVEN_NAMES = frozenset(
    """
    Aaron Abdul Abdullah Abigail Adam Adrian Adriana Agata Agnes Agnieszka Ahmad Ahmed Aisha Akira Alan Alberto
    Alejandra Alejandro Aleksander Aleksandra Alessandro Alessia Alex Alexander Alexandra Alexis Alfonso Alfredo Ali
    Alice Alicia Alina Alison Allison Amanda Amelia Amina Amir Amit Amy Ana Anastasia Anders Andrea Andreas Andrei
    Andrew Andrzej Angela Angelika Anil Anita Anja Anjali Ann Anna Anne Annika Anthony Antoine Anton Antonia Antonio
    Arjun Arthur Arturo Ashley Astrid Axel Ayesha Barbara Bartosz Beata Beatrice Beatriz Ben Benedikt Benjamin Bernard
    Bernd Bianca Birgit Bjorn Björn Bogdan Brandon Brenda Brian Bridget Bruno Camila Camille Carla Carlos Carmen Carol
    Carolina Caroline Catherine Cecilia Chantal Charles Chiara Chinedu Chloe Christian Christina Christine Christoph
    Christopher Claire Clara Claudia Claudio Clemens Colin Connor Cristina Cynthia Daniel Daniela Daniele Danielle
    Darren Dave David Davide Deborah Deepak Denise Dennis Derek Diana Diego Dieter Dimitri Dmitri Dmitry Dominik
    Dominique Donald Donna Dorota Dorothy Douglas Edoardo Eduardo Edward Ekaterina Elena Eleonora Elias Elif Elisa
    Elizabeth Ella Ellen Emeka Emil Emily Emma Emmanuel Enrico Enrique Erik Erika Ernesto Esther Eugene Eva Evan
    Evelyn Ewa Fabian Fabio Farid Fatima Fatma Federica Federico Felix Fernanda Fernando Filip Fiona Florian Frances
    Francesca Francesco Francisco Franz Fred Frederik Friedrich Fumiko Gabriel Gabriela Gareth Gary Gavin Geoffrey
    George Georgina Gerald Gerard Gerhard Giorgio Giovanni Giulia Giuseppe Gloria Gonzalo Gordon Graham Greg Gregory
    Greta Grzegorz Guillaume Guillermo Gunnar Günther Gustavo Hannah Hans Haruki Harriet Harry Hassan Heather Hector
    Heidi Heike Heinrich Helen Helena Helga Henrik Henry Hiroshi Holger Howard Hugo Ian Ibrahim Ignacio Ines Inge
    Ingrid Irena Irene Irina Isaac Isabel Isabella Isabelle Ivan Jacek Jacob Jacqueline Jacques Jakub James Jamie Jan
    Jana Jane Janet Janice Jason Javier Jean Jeff Jeffrey Jennifer Jens Jeremy Jerome Jesse Jessica Jesús Jin Joan
    Joanna João Joaquin Joe Joel Johan Johann Johanna Johannes John Jonas Jonathan Jorge José Jose Josef Joseph
    Josephine Joshua Joyce Juan Juana Judith Julia Julian Julie Jürgen Justin Justyna Kaito Kamil Karen Karin Karl
    Karolina Katarzyna Kate Katharina Katherine Kathleen Kathryn Katja Katrin Kayla Keith Kelly Kenji Kenneth Kevin
    Khalid Kimberly Klaus Krzysztof Kwame Lars Laura Lauren Laurent Lea Leah Leila Lena Leon Leonardo Leticia Liam
    Lina Linda Lisa Lorenzo Louis Louise Luca Lucas Lucia Lucía Lucy Luigi Luis Luisa Lukas Łukasz Magdalena Maja
    Malik Manfred Manuel Manuela Marc Marcel Marcin Marco Marcos Marcus Margaret Margarita Maria María Mariam Marianne
    Mariana Marie Marina Mario Marion Marisol Marlene Marta Martha Martin Martina Mary Maryam Massimo Mateo Mateusz
    Mathilde Matteo Matthew Matthias Maurice Max Maximilian Maya Megan Mehmet Mei Melanie Melissa Michael Michał
    Michel Michele Michelle Miguel Mikhail Mikael Milan Mohamed Mohammad Mohammed Monica Monika Mustafa Nadia Nancy
    Naomi Natalia Natalie Nathan Neha Niamh Nicholas Nick Nicola Nicolas Nicole Niels Nikhil Nikolai Nina Noah Nora
    Nuno Oksana Olaf Oleg Olga Oliver Olivia Olivier Omar Oscar Osama Otto Pablo Padma Paola Paolo Pascal Patricia
    Patrick Patrizia Paul Paula Paulo Pavel Pawel Paweł Pedro Peter Petra Philip Philipp Philippe Pierre Pilar Piotr
    Priya Priyanka Rachel Rafael Rahul Raj Rajesh Ralf Ramesh Ramon Raquel Raul Ravi Raymond Rebecca Regina Renata
    René Ricardo Richard Rita Robert Roberto Robin Rodrigo Roger Roland Roman Ronald Rosa Rosalind Ruben Rudolf
    Russell Ruth Ryan Sabine Sakura Salma Samantha Samir Samuel Sandra Sanjay Sara Sarah Satoshi Scott Sean Sebastian
    Sergei Sergio Shannon Sharon Shirley Silvia Simon Simone Sofia Sofía Sonja Sophia Sophie Stefan Stefania Stefano
    Steffen Stephanie Stephen Steven Stuart Sunita Susan Susanne Sven Svetlana Sylvia Takeshi Tamara Tanja Tanya Tariq
    Tatiana Teresa Terry Theodor Theresa Thiago Thomas Tim Timothy Tobias Tomás Tomasz Tommaso Tom Torsten Tracy Tyler
    Ulrich Ursula Uwe Valentina Valeria Valerie Vanessa Vera Veronica Vicente Victor Vijay Viktor Vikram Vincent
    Vincenzo Virginie Vivian Vladimir Walter Wanda Wei Wendy Werner Wiktor William Wojciech Wolfgang Xavier Yasmin
    Ying Yolanda Youssef Yuki Yuko Yusuf Yves Zainab Zoe Zofia Zuzanna
    """.split()  # noqa: SIM905  # a page of quoted words is no easier to read
)
