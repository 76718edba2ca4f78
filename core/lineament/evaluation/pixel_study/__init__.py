"""HMHN and DJ-LDML trained and tested on simulated persons' faces, beside simple predictors, as one small study."""
