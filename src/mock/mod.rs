//! The bundled reference endpoint.
