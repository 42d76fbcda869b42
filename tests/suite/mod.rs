//! Case files: loading and selecting them, their mistakes, their schemas, and the routes that follow from them.

mod aws;
mod coverage;
mod load;
mod mistakes;
mod robust;
mod routes;
mod schema;
mod selector;
