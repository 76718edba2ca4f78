"""Each kind of model as one graph, from what is measured to what is shown, in a form that exporters understand."""
