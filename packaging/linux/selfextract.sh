#!/bin/sh
# Lineament @VERSION@ for Linux (@MACHINE@): this script carries the program and installs it for one user, without root.
# Options: --prefix DIR  where to (default: ~/.local)   --check  only see whether the archive is whole
#          --extract DIR only unpack, install nothing   --help
set -eu

SUM=@SUM@
BYTES=@BYTES@
PREFIX="${HOME:-/}/.local"
MODE=install

say() { printf '%s\n' "$*"; }
fail() { printf 'Lineament: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case "$1" in
        --prefix) [ $# -ge 2 ] || fail "--prefix needs a folder."; PREFIX=$2; shift ;;
        --extract) [ $# -ge 2 ] || fail "--extract needs a folder."; PREFIX=$2; MODE=extract; shift ;;
        --check) MODE=check ;;
        --help|-h) sed -n '2,4p' "$0" | sed 's/^# //'; exit 0 ;;
        *) fail "unknown option $1; --help lists them." ;;
    esac
    shift
done

ARCHIVE=$0
payload() { tail -c "$BYTES" "$ARCHIVE"; }

command -v sha256sum >/dev/null || fail "sha256sum is missing; install coreutils."
command -v xz >/dev/null || fail "xz is missing; install xz-utils."
[ "$(uname -m)" = "@MACHINE@" ] || fail "this archive is for @MACHINE@, and this computer is a $(uname -m)."
[ "$(payload | sha256sum | cut -d ' ' -f 1)" = "$SUM" ] || fail "the archive is damaged; download it again."
if [ "$MODE" = check ]; then say "The archive is whole."; exit 0; fi

mkdir -p "$PREFIX" || fail "$PREFIX cannot be written; choose another folder with --prefix."
PREFIX=$(cd "$PREFIX" && pwd)
if [ "$MODE" = extract ]; then payload | xz -dc | tar -xf - -C "$PREFIX"; say "Unpacked into $PREFIX."; exit 0; fi

# Unpacked beside the old program and put in its place at the end, so that a full disk leaves the old one working.
NEW="$PREFIX/opt/lineament.new"
rm -rf "$NEW"
mkdir -p "$NEW" || fail "$PREFIX cannot be written; choose another folder with --prefix."
trap 'rm -rf "$NEW"' EXIT
payload | xz -dc | tar -xf - -C "$NEW" || fail "unpacking failed; is there room in $PREFIX?"
rm -rf "$PREFIX/opt/lineament"
mv "$NEW/opt/lineament" "$PREFIX/opt/lineament"
mkdir -p "$PREFIX/bin" "$PREFIX/share"
for program in lineament lineament-desktop; do ln -sf "$PREFIX/opt/lineament/$program" "$PREFIX/bin/$program"; done
cp -R "$NEW/share/." "$PREFIX/share/"
sed -i "s|^Exec=lineament-desktop|Exec=\"$PREFIX/opt/lineament/lineament-desktop\"|; s|^TryExec=.*|TryExec=$PREFIX/opt/lineament/lineament-desktop|" \
    "$PREFIX/share/applications/lineament.desktop"

cat > "$PREFIX/opt/lineament/uninstall.sh" <<END
#!/bin/sh
# Removes Lineament from $PREFIX; recordings, models and settings of its users stay.
rm -f "$PREFIX/bin/lineament" "$PREFIX/bin/lineament-desktop" "$PREFIX/share/applications/lineament.desktop"
rm -f "$PREFIX/share/mime/packages/lineament.xml" "$PREFIX/share/man/man1/lineament.1.gz" "$PREFIX/share/man/man1/lineament-desktop.1.gz"
rm -f "$PREFIX"/share/icons/hicolor/*/apps/lineament.png "$PREFIX/share/icons/hicolor/scalable/apps/lineament.svg"
rm -rf "$PREFIX/opt/lineament"
END
chmod 755 "$PREFIX/opt/lineament/uninstall.sh"
if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$PREFIX/share/applications" || true; fi
if command -v update-mime-database >/dev/null; then update-mime-database "$PREFIX/share/mime" >/dev/null 2>&1 || true; fi

say "Lineament @VERSION@ is in $PREFIX/opt/lineament; start it with $PREFIX/bin/lineament-desktop."
say "Try what it can do: $PREFIX/bin/lineament --self-test. Remove it: $PREFIX/opt/lineament/uninstall.sh"
MISSING=$(find "$PREFIX/opt/lineament/_internal/PySide6" -name '*.so*' -exec ldd {} + 2>/dev/null | sed -n 's/^\t*\([^ ]*\) => not found.*/\1/p' | sort -u | tr '\n' ' ')
if [ -n "$MISSING" ]; then say "The window needs libraries that are not here: $MISSING- install them with your system's package manager."; fi
exit 0
