"""Encoders: texts to raw vectors, and raw vectors to the study's centred space.

`load` finds the encoder a study names, `bundled` is the one that needs no download, `unpacking` and `adapter` make it,
`training` is how an adapter is trained, and `space` centres raw vectors.
"""
