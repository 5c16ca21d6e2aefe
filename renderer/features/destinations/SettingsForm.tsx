import type { RemoteSettings } from '@shared/model/remotes/settings';
import type { FormProps } from './draft';
import { CourierForm, DimseForm, FolderForm, SliceboxForm } from './forms/others';
import { ArchiveV1Form, AttachmentsForm, DicomWebForm, OrthancForm, TschartsForm } from './forms/web';

/** How a destination is reached: the form of its kind. */
export function SettingsForm({ settings, ...rest }: FormProps<RemoteSettings>) {
  switch (settings.kind) {
    case 'folder':
      return <FolderForm settings={settings} {...rest} />;
    case 'slicebox':
      return <SliceboxForm settings={settings} {...rest} />;
    case 'orthanc':
      return <OrthancForm settings={settings} {...rest} />;
    case 'dicomweb':
      return <DicomWebForm settings={settings} {...rest} />;
    case 'dimse':
      return <DimseForm settings={settings} {...rest} />;
    case 'tscharts':
      return <TschartsForm settings={settings} {...rest} />;
    case 'archive-v1':
      return <ArchiveV1Form settings={settings} {...rest} />;
    case 'attachments':
      return <AttachmentsForm settings={settings} {...rest} />;
    case 'courier':
      return <CourierForm settings={settings} {...rest} />;
  }
}
