import { measureCatalog } from './catalog-rounds';

measureCatalog(1_000_000);
