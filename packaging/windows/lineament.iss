; The Windows installer, for Inno Setup 6. Not run on the machine where it was written, which has no Windows; tests parse it.
; Build the program first (`python packaging/make_installer.py` on Windows), then from the repository's root:
;   iscc /DVersion=0.1.0 packaging\windows\lineament.iss
#ifndef Version
  #error Say which version with /DVersion=...
#endif
#define Root "..\.."

[Setup]
AppId={{5E1C6E0D-6C0B-4F43-9B52-0E5B6B7C2A91}
AppName=Lineament
AppVersion={#Version}
AppVerName=Lineament {#Version}
AppPublisher=The Lineament developers
VersionInfoVersion={#Version}
DefaultDirName={autopf}\Lineament
DefaultGroupName=Lineament
DisableProgramGroupPage=yes
; For one user and without an administrator, unless one installs it for everybody.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile={#Root}\LICENSE
SetupIconFile={#Root}\build\packaging\icons\lineament.ico
UninstallDisplayIcon={app}\lineament-desktop.exe
OutputDir={#Root}\dist
OutputBaseFilename=lineament-{#Version}-windows-x86_64
Compression=lzma2/normal
SolidCompression=yes
LZMAUseSeparateProcess=yes
ChangesEnvironment=yes
ChangesAssociations=yes
WizardStyle=modern
; Signing: iscc "/Ssigntool=signtool sign /fd SHA256 /tr <time stamp server> /td SHA256 /a $f" /DSign ...
#ifdef Sign
SignTool=signtool
SignedUninstaller=yes
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "path"; Description: "Put the command line (lineament) on the PATH"; Flags: unchecked

[InstallDelete]
; An older program's libraries must not lie beside the new one's.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Root}\build\freeze\dist\lineament\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\Lineament"; Filename: "{app}\lineament-desktop.exe"
Name: "{group}\Licences of bundled software"; Filename: "{app}\_internal\lineament\resources\notices\THIRD_PARTY_NOTICES.txt"
Name: "{autodesktop}\Lineament"; Filename: "{app}\lineament-desktop.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\Applications\lineament-desktop.exe\shell\open\command"; ValueType: string; ValueData: """{app}\lineament-desktop.exe"" ""%1"""; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\lineament-desktop.exe\SupportedTypes"; ValueType: string; ValueName: ".mp4"; ValueData: ""; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\lineament-desktop.exe\SupportedTypes"; ValueType: string; ValueName: ".mov"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\lineament-desktop.exe\SupportedTypes"; ValueType: string; ValueName: ".mkv"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\lineament-desktop.exe\SupportedTypes"; ValueType: string; ValueName: ".parquet"; ValueData: ""
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: NotOnPath

[Run]
Filename: "{app}\lineament-desktop.exe"; Description: "{cm:LaunchProgram,Lineament}"; Flags: nowait postinstall skipifsilent

[Code]
function NotOnPath(): Boolean;
var
  Paths: String;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Paths) then
    Paths := '';
  Result := Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Paths) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Paths, Entry: String;
begin
  if (Step = usPostUninstall) and RegQueryStringValue(HKCU, 'Environment', 'Path', Paths) then
  begin
    Entry := ';' + ExpandConstant('{app}');
    if StringChangeEx(Paths, Entry, '', True) > 0 then
      RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Paths);
  end;
end;
