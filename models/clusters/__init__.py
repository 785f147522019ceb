"""Proposed groups of phrases.

`affinity` says how close two phrases are (density clusters under many settings), `consensus` cuts resampled trees of it
into groups, `proposal` puts the two together, `landmarks` helps with more phrases than can be compared pair by pair,
and `kin` compares the groups. Sources are named where a formula is used; figures are in benchmarks/clusters.md and
benchmarks/landmarks.md.
"""
