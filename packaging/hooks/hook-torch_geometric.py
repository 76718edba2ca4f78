"""torch_geometric renders its message-passing layers from templates, and reads its own source while it does so."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("torch_geometric", includes=["**/*.jinja"])
hiddenimports = ["torch_geometric.nn"]
module_collection_mode = "pyz+py"
