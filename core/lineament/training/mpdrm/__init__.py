"""Training MPDRM on visits, and holding it against simple predictors."""
