import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app/App';
import { ErrorBoundary } from './app/ErrorBoundary';
import { boot } from './app/boot';
import './app/tokens.css';
import './app/global.css';

// The page's security policy forbids making functions from text, which zod would otherwise try.
z.config({ jitless: true });

const host = document.getElementById('root');
if (host) {
  createRoot(host).render(
    <ErrorBoundary>
      <App />
    </ErrorBoundary>,
  );
  void boot();
}
