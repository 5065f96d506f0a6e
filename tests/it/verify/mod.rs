//! The verifier against every attack of the journal's plan: each is caught, with its exit code and its JSON.

mod attacks;
mod business;
mod bytes;
mod community;
mod fixture;
