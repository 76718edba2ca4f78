"""What trainings on face crops share: labelled videos, measures, cards."""
