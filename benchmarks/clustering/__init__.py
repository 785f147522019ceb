"""The benchmark of proposals: labelled sets, peers, stability and the effort of a review."""
