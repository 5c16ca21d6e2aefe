"""Writes main/dicom/dictionary/data.ts: the data elements of PS3.6 (facts, as pydicom's MIT-licensed tables list them).

Run with Debian's python3-pydicom:  /usr/bin/python3 scripts/generate/dictionary.py > main/dicom/dictionary/data.ts
"""
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._uid_dict import UID_dictionary

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
print('`;')
