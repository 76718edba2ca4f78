"""What this computer can compute on, shown in a field that chooses among devices."""

from collections.abc import Iterable

from PySide6.QtCore import Qt

from lineament_desktop.jobs.devices import Device
from lineament_desktop.widgets.setting_fields import QuietCombo


def show_devices(combo: QuietCombo, devices: Iterable[Device]) -> None:
    """In words, with free memory; a device that cannot be used stands there with the reason."""
    for device in devices:
        row = combo.findData(device.name)
        if row < 0:
            continue
        combo.setItemText(row, device.words)
        combo.setItemData(row, device.reason or device.words, Qt.ItemDataRole.ToolTipRole)
        item = combo.model().item(row)  # type: ignore[attr-defined]
        item.setEnabled(not device.reason)
