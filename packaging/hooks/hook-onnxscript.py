"""onnxscript translates functions from their source, so that has to be there beside the compiled modules."""

module_collection_mode = "pyz+py"
