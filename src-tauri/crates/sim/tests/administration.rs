//! The administration's screens for identity providers, authentication policies and users: what they do and what they
//! refuse.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use sim::Host;
use support::{Bench, certificate, shown};

const ALEX: &str = "alex@contoso.com";

#[tokio::test]
async fn saml_is_set_up_and_a_pilot_is_enforced_and_all_of_it_undone() {
    let bench = Bench::start("fresh").await;
    let before = bench.practice.dump();
    let saml = bench.connect_saml(&certificate()).await;
    let linked = [
        ("directory", saml.directory.as_str()),
        ("domain", "contoso.com"),
    ];
    let done = async |path: &str, fields: &[(&str, &str)]| {
        let page = bench.screen(path, fields).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
    };
    done("/identity-providers/link-domain", &linked).await;
    let pilot = bench.add_policy(&saml.directory, "Pilot").await;
    assert_eq!(offered(&bench, &pilot).await, ["no", "yes"]);
    let alex = [("policy", pilot.as_str()), ("email", ALEX)];
    done("/policies/members/add", &alex).await;
    done(
        "/policies/enforce",
        &[("policy", &pilot), ("enforce", "yes")],
    )
    .await;
    assert_eq!(offered(&bench, &pilot).await, ["yes", "no"]);
    let policies = bench.practice.dump()["organization"]["policies"].clone();
    let wanted = json!([
        {"name": "Default policy", "directory": null, "default": true, "enforced": false, "members": []},
        {"name": "Microsoft Entra ID default policy", "directory": "Microsoft Entra ID", "default": true, "enforced": false, "members": []},
        {"name": "Pilot", "directory": "Microsoft Entra ID", "default": false, "enforced": true, "members": [ALEX]},
    ]);
    assert_eq!(policies, wanted);

    done(
        "/policies/enforce",
        &[("policy", &pilot), ("enforce", "no")],
    )
    .await;
    done("/policies/members/remove", &alex).await;
    done("/policies/delete", &[("policy", &pilot)]).await;
    let directory = [("directory", saml.directory.as_str())];
    done("/identity-providers/unlink-domain", &linked).await;
    done("/identity-providers/saml/delete", &directory).await;
    done("/identity-providers/delete", &directory).await;
    assert_eq!(bench.practice.dump(), before);
}

#[tokio::test]
async fn the_two_addresses_come_after_the_three_values_and_carry_an_id_of_their_own() {
    let bench = Bench::start("fresh").await;
    let directory = bench.add_directory("Microsoft Entra ID").await;
    let start = bench.at(Host::AtlassianAdmin, "/");
    assert!(!bench.get(&start).await.text.contains("sp-entity-url"));
    let typed = certificate();
    let saved = bench.save_saml(&directory, &typed).await.text;
    let [entity, acs] = ["sp-entity-url", "sp-acs-url"].map(|id| shown(&saved, id));
    let uuid = entity
        .strip_prefix(&bench.at(Host::AtlassianAuth, "/saml/"))
        .unwrap()
        .to_owned();
    let wanted = bench.at(
        Host::AtlassianAuth,
        &format!("/login/callback?connection=saml-{uuid}"),
    );
    assert_eq!(acs, wanted);
    assert!(uuid::Uuid::try_parse(&uuid).is_ok());
    for other in [
        &directory,
        &bench.given("organization_id"),
        &bench.given("tenant_id"),
    ] {
        assert_ne!(&uuid, other);
    }
    let overview = bench.get(&start).await.text;
    assert_eq!(shown(&overview, "sp-entity-url"), entity);
    assert_eq!(shown(&overview, "directory-id"), directory);
    assert!(
        overview.contains(&typed),
        "the certificate is kept as typed"
    );
    let dump = bench.practice.dump();
    let kept = &dump["organization"]["identityProviders"][0]["saml"]["certificate"];
    assert_eq!(kept, typed.as_str());

    let changed = bench.save_saml(&directory, &certificate()).await.text;
    assert_eq!(shown(&changed, "sp-entity-url"), entity);
    let gone = [("directory", directory.as_str())];
    bench.screen("/identity-providers/saml/delete", &gone).await;
    let again = bench.save_saml(&directory, &typed).await.text;
    assert_ne!(shown(&again, "sp-entity-url"), entity);
}

#[tokio::test]
async fn identity_provider_screens_refuse_what_the_vendor_refuses() {
    let bench = Bench::start("fresh").await;
    let refused = async |path: &str, fields: &[(&str, &str)], told: &str| {
        let page = bench.screen(path, fields).await;
        assert_eq!(page.status, 400, "{path} {fields:?}: {}", page.text);
        assert!(page.text.contains(told), "{told}: {}", page.text);
    };
    let add = "/identity-providers/add";
    refused(add, &[("way", "manual")], "name").await;
    refused(add, &[("name", "Entra")], "Choose how").await;
    let directory = bench.add_directory("Entra").await;
    refused(add, &[("name", "Second"), ("way", "manual")], "Enterprise").await;
    let save = "/identity-providers/saml";
    let pem = certificate();
    let values = |entity, url, certificate| {
        [
            ("directory", directory.as_str()),
            ("entity_id", entity),
            ("sso_url", url),
            ("certificate", certificate),
        ]
    };
    let url = "https://login.example/t/saml2";
    refused(save, &values("", url, &pem), "Entity ID").await;
    refused(save, &values("e", "", &pem), "SSO URL").await;
    refused(save, &values("e", "nowhere", &pem), "not a URL").await;
    refused(save, &values("e", url, "MIIC"), "X.509").await;
    refused(save, &values("e", url, &pem.replace("CERT", "X")), "X.509").await;
    refused(
        save,
        &[
            ("directory", "x"),
            ("entity_id", "e"),
            ("sso_url", url),
            ("certificate", &pem),
        ],
        "no such directory",
    )
    .await;
    let link = "/identity-providers/link-domain";
    let domain = |name| [("directory", directory.as_str()), ("domain", name)];
    refused(link, &domain("contoso-labs.com"), "can&#39;t be linked").await;
    assert_eq!(bench.screen(link, &domain("contoso.com")).await.status, 200);
    refused(link, &domain("contoso.com"), "can&#39;t be linked").await;
    refused(
        "/identity-providers/unlink-domain",
        &domain("other.com"),
        "not linked",
    )
    .await;
    refused("/identity-providers/saml/delete", &domain(""), "no SAML").await;
    refused("/identity-providers/other", &[], "no such screen").await;
}

#[tokio::test]
async fn the_automatic_way_can_be_chosen_and_blocks_the_manual_one() {
    let bench = Bench::start("fresh").await;
    let fields = [("name", "Entra"), ("way", "automatic")];
    let page = bench.screen("/identity-providers/add", &fields).await;
    assert_eq!(page.status, 200);
    let directory = shown(&page.text, "directory-id");
    let refused = bench.save_saml(&directory, &certificate()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("connected automatically"));
    let gone = [("directory", directory.as_str())];
    assert_eq!(
        bench
            .screen("/identity-providers/delete", &gone)
            .await
            .status,
        200
    );
    bench.connect_saml(&certificate()).await;
}

#[tokio::test]
async fn policy_screens_refuse_what_the_vendor_refuses() {
    let bench = Bench::start("fresh").await;
    let refused = async |path: &str, fields: &[(&str, &str)], told: &str| {
        let page = bench.screen(path, fields).await;
        assert_eq!(page.status, 400, "{path} {fields:?}: {}", page.text);
        assert!(page.text.contains(told), "{told}: {}", page.text);
    };
    let directory = bench.add_directory("Entra").await;
    let pilot = bench.add_policy(&directory, "Pilot").await;
    let local = bench.add_policy("", "Contractors").await;
    let enforce = "/policies/enforce";
    let yes = |policy| [("policy", policy), ("enforce", "yes")];
    refused(enforce, &yes(local.as_str()), "local directory").await;
    refused(enforce, &yes(pilot.as_str()), "Set up SAML").await;
    bench.save_saml(&directory, &certificate()).await;
    bench.practice.levers().guard_lapsed();
    refused(enforce, &yes(pilot.as_str()), "Guard").await;
    refused("/policies/add", &[("name", "More")], "Guard").await;
    bench.practice.levers().guard_renewed();
    assert_eq!(bench.screen(enforce, &yes(&pilot)).await.status, 200);
    let at = [("directory", directory.as_str())];
    refused("/identity-providers/saml/delete", &at, "still enforces").await;
    refused("/identity-providers/delete", &at, "still enforces").await;
    refused("/policies/add", &[("name", "Pilot")], "already").await;
    refused(
        "/policies/add",
        &[("name", "X"), ("directory", "x")],
        "no such directory",
    )
    .await;
    refused(enforce, &yes("x"), "no such policy").await;
    refused(enforce, &[("policy", &pilot)], "Choose whether").await;
    let member = |email| [("policy", pilot.as_str()), ("email", email)];
    for stranger in ["wanda@fabrikam.com", "nobody@contoso.com"] {
        refused("/policies/members/add", &member(stranger), "not a managed").await;
    }
    refused("/policies/members/remove", &member(ALEX), "was not put").await;
    bench.screen("/policies/members/add", &member(ALEX)).await;
    refused(
        "/policies/delete",
        &[("policy", &pilot)],
        "Move the members",
    )
    .await;
}

#[tokio::test]
async fn every_address_of_the_administration_shows_the_page_and_that_of_a_policy_the_policy() {
    let bench = Bench::start("fresh").await;
    let directory = bench.add_directory("Entra").await;
    let fields = [("directory", directory.as_str()), ("name", "Pilot & co")];
    let page = bench.screen("/policies/add", &fields).await.text;
    let (id, address) = (shown(&page, "policy-id"), shown(&page, "policy-address"));
    let org = bench.given("organization_id");
    let wanted = format!("/o/{org}/security/authentication-policies/{id}/edit");
    assert_eq!(address, bench.at(Host::AtlassianAdmin, &wanted));
    let edit = bench.get(&address).await.text;
    assert_eq!(shown(&edit, "policy-id"), id);
    assert!(edit.contains("<h2>Pilot &amp; co</h2>"));
    let other = bench
        .get(&bench.at(
            Host::AtlassianAdmin,
            &format!("/o/{org}/security/identity-providers"),
        ))
        .await
        .text;
    assert!(!other.contains("policy-id"));
    for part in [
        "Identity providers",
        "Directory: Domains",
        "Authentication policies",
        "API keys",
        "Administrators",
    ] {
        assert!(other.contains(part), "{part}");
    }
}

#[tokio::test]
async fn somebody_is_invited_and_removed() {
    let bench = Bench::start("fresh").await;
    let before = bench.practice.dump();
    let fields = [("email", "B.Simon@contoso.com"), ("name", "B. Simon")];
    assert_eq!(bench.screen("/users/invite", &fields).await.status, 200);
    assert_eq!(bench.screen("/users/invite", &fields).await.status, 400);
    let users = "/admin/v2/orgs/ORG/directories/-/users/search";
    let found = bench
        .organization("POST", users, Some(json!({"searchTerm": "simon"})))
        .await
        .json();
    assert_eq!(found["data"][0]["claimStatus"], "managed");
    assert_eq!(found["data"][0]["name"], "B. Simon");
    assert_eq!(bench.screen("/users/remove", &fields).await.status, 200);
    assert_eq!(bench.screen("/users/remove", &fields).await.status, 400);
    let admin = [("email", "emergency@tailspintoys.com")];
    assert_eq!(bench.screen("/users/remove", &admin).await.status, 400);
    assert_eq!(bench.practice.dump(), before);
}

/// What the page of a policy offers to choose about single sign-on, the chosen one first.
async fn offered(bench: &Bench, policy: &str) -> Vec<String> {
    let path = format!("/o/1/security/authentication-policies/{policy}/edit");
    let page = bench.get(&bench.at(Host::AtlassianAdmin, &path)).await.text;
    let select = page.split("<select name=\"enforce\">").nth(1).unwrap();
    let select = select.split("</select>").next().unwrap();
    let values = select.split("<option value=\"").skip(1);
    values
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}
