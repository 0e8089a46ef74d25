//! Everything that is shown from end to end, in one binary: linking costs more than running.

mod cli;
mod command_line;
mod computer;
mod enforcing;
mod failures;
mod giving_way;
mod journeys;
mod leak;
mod pages;
mod people_and_claims;
mod people_and_claims_faults;
mod power_cut;
mod renewal;
mod saml_setup;
mod scenarios;
mod single_sign_on;
mod stopping;
mod taken_over;
mod test_login;
mod which_connection;
mod window;
