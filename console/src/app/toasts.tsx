export { ToastContainer as Toasts } from '@react-spectrum/s2'
