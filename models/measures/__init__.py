"""What other systems read off the same confirmed rows, where the cards have columns for it: NPS, CSI and others."""
