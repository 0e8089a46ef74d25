//! Everything that is shown from end to end, in one binary: linking costs more than running.

mod cli;
mod computer;
mod failures;
mod journeys;
mod leak;
mod pages;
mod power_cut;
mod saml_a;
mod saml_b;
mod saml_b_faults;
mod saml_c;
mod saml_c_enforce;
mod scenarios;
mod single_sign_on;
mod window;
