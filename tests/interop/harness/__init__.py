"""What tests with real clients share: a broker to talk to, cases in TAP, kcat, real text."""
