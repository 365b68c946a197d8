import '@react-spectrum/s2/page.css'
import './app/page.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'

const place = document.getElementById('app')
if (place !== null) createRoot(place).render(<App />)
