"""What macOS asks of an application bundle. Written for the spec; checked as text here, run only on a Mac."""

from typing import Any

IDENTIFIER = "org.lineament.Lineament"
VIDEOS = ("public.mpeg-4", "com.apple.quicktime-movie", "public.avi", "org.matroska.mkv", "public.movie")


def info_plist(version: str) -> dict[str, Any]:
    """Info.plist beyond what PyInstaller writes by itself."""
    return {
        "CFBundleExecutable": "lineament-desktop",
        "CFBundleDisplayName": "Lineament",
        "CFBundleShortVersionString": version,
        "LSApplicationCategoryType": "public.app-category.medical",
        "LSMinimumSystemVersion": "12.0",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Video",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": list(VIDEOS),
            },
            {
                "CFBundleTypeName": "Lineament recording",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "CFBundleTypeExtensions": ["parquet"],
            },
        ],
    }
