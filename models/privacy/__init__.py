"""Personal data: found in texts by kind, and replaced by typed placeholders before anything leaves the study."""
