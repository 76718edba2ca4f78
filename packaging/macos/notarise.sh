#!/bin/bash
# Signs, packs and notarises Lineament.app. Runs on a Mac with Xcode's command line tools; it was not run on the machine
# where it was written, where tests only parse it.
#   packaging/macos/notarise.sh build/freeze/dist/Lineament.app
# LINEAMENT_CODESIGN_IDENTITY: a "Developer ID Application" certificate of the keychain.
# LINEAMENT_NOTARY_PROFILE: made once with `xcrun notarytool store-credentials`.
set -euo pipefail

APP=${1:?Say which application: build/freeze/dist/Lineament.app}
: "${LINEAMENT_CODESIGN_IDENTITY:?Name the certificate that signs, Developer ID Application: ...}"
: "${LINEAMENT_NOTARY_PROFILE:?Name the profile that notarytool stored}"
HERE=$(cd "$(dirname "$0")" && pwd)
VERSION=$(/usr/libexec/PlistBuddy -c 'Print CFBundleShortVersionString' "$APP/Contents/Info.plist")
IMAGE="dist/lineament-$VERSION-macos-$(uname -m).dmg"
sign() { codesign --force --timestamp --options runtime --sign "$LINEAMENT_CODESIGN_IDENTITY" "$@"; }

# From the inside out: libraries first, the two programs next, the bundle last.
find "$APP/Contents" -type f \( -name '*.so' -o -name '*.dylib' \) -print0 | while IFS= read -r -d '' file; do sign "$file"; done
for program in lineament lineament-desktop; do
    sign --entitlements "$HERE/entitlements.plist" "$APP/Contents/MacOS/$program"
done
sign --entitlements "$HERE/entitlements.plist" "$APP"
codesign --verify --deep --strict "$APP"

mkdir -p dist
hdiutil create -volname Lineament -srcfolder "$APP" -ov -format UDZO "$IMAGE"
sign "$IMAGE"
xcrun notarytool submit "$IMAGE" --keychain-profile "$LINEAMENT_NOTARY_PROFILE" --wait
xcrun stapler staple "$IMAGE"
spctl --assess --type open --context context:primary-signature "$IMAGE"
shasum -a 256 "$IMAGE"
