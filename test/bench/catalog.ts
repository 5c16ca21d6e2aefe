import { measureCatalog } from './catalog-rounds';

measureCatalog(100_000);
