"""What `benchmarks/scale.py` and `benchmarks/landmarks.py` are made of."""
