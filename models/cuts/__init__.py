"""Where an answer that names two purposes can be cut.

«поддержать мозг и найти интересных людей» is two purposes, «выслушали и не читали нотаций» is one. What tells them is
how the parts are joined («и чтобы», «заодно»), whether they are of one kind (noun beside noun), whether the right one
stands by itself, and how near their words are. A logistic regression weighs this (`weights.json`); it is trained on the
training domains of phrases.csv by ``python training/cuts.py``. Sentence encoders were tried beside these features and
are not worth their time: benchmarks/reading.md.
"""
