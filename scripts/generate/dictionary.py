"""Writes main/dicom/dictionary/data.ts: the data elements of PS3.6 (facts, as pydicom's MIT-licensed tables list them).

Run with Debian's python3-pydicom:  /usr/bin/python3 scripts/generate/dictionary.py > main/dicom/dictionary/data.ts
"""
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._uid_dict import UID_dictionary

# Transfer syntaxes of PS3.6 that are younger than the tables of python3-pydicom in Debian.
YOUNGER = {
    '1.2.840.10008.1.2.4.100.1': 'Fragmentable MPEG2 Main Profile / Main Level',
    '1.2.840.10008.1.2.4.101.1': 'Fragmentable MPEG2 Main Profile / High Level',
    '1.2.840.10008.1.2.4.102.1': 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1',
    '1.2.840.10008.1.2.4.103.1': 'Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1',
    '1.2.840.10008.1.2.4.104.1': 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video',
    '1.2.840.10008.1.2.4.105.1': 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video',
    '1.2.840.10008.1.2.4.106.1': 'Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2',
    '1.2.840.10008.1.2.4.110': 'JPEG XL Lossless',
    '1.2.840.10008.1.2.4.111': 'JPEG XL JPEG Recompression',
    '1.2.840.10008.1.2.4.112': 'JPEG XL',
    '1.2.840.10008.1.2.4.201': 'High-Throughput JPEG 2000 Image Compression (Lossless Only)',
    '1.2.840.10008.1.2.4.202': 'High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)',
    '1.2.840.10008.1.2.4.203': 'High-Throughput JPEG 2000 Image Compression',
    '1.2.840.10008.1.2.4.204': 'JPIP HTJ2K Referenced',
    '1.2.840.10008.1.2.4.205': 'JPIP HTJ2K Referenced Deflate',
    '1.2.840.10008.1.2.8.1': 'Deflated Image Frame Compression',
}
AMBIGUOUS = {'OB or OW': 'OX', 'US or SS': 'XS', 'US or SS or OW': 'XW', 'US or OW': 'XU', 'NONE': 'UN', 'OB/OW': 'OX'}


def line(tag, entry):
    vr, vm, name, retired, keyword = entry
    return f"{tag}{AMBIGUOUS.get(vr, vr)}{vm}|{keyword}|{'' if keyword == name.replace(' ', '') else name}"


print('// Made by scripts/generate/dictionary.py from the tables of PS3.6 (chapters 6 to 9, annex A). Not edited by hand.')
print('/** One element a line: tag, VR (OX: OB or OW, XS: US or SS, XW: US, SS or OW, XU: US or OW), VM | keyword | name. */')
print('export const elements = `')
rows = [line(f'{tag:08X}', entry) for tag, entry in DicomDictionary.items() if entry[4]]
rows += [line(mask.upper().replace('X', 'x'), entry) for mask, entry in RepeatersDictionary.items() if entry[4]]
print('\n'.join(sorted(rows)))
print('`;')
print('/** One UID a line: UID | T(ransfer syntax), S(OP class), O(ther) | name. */')
print('export const uids = `')
KIND = {'Transfer Syntax': 'T', 'SOP Class': 'S', 'Meta SOP Class': 'O'}
for uid, (name, kind, info, retired, keyword) in UID_dictionary.items():
    letter = KIND.get(kind, 'O')
    if letter in 'TS':
        print(f"{uid}|{letter}|{name}")
for uid, name in YOUNGER.items():
    if uid not in UID_dictionary:
        print(f"{uid}|T|{name}")
print('`;')
