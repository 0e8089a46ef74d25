//! Which claims a response carries: the basic ones, what the portal's Attributes & Claims say, or a claims mapping policy,
//! which silences the portal. This file knows policies and people as the directory writes them, and no XML.

use serde_json::{Map, Value};

/// The claims about a person by which both vendors name them.
const IDENTITY: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
/// The claims of Microsoft's own.
const MICROSOFT: &str = "http://schemas.microsoft.com/identity/claims";
/// How the person signed in.
const METHODS: &str = "http://schemas.microsoft.com/claims/authnmethodsreferences";
const PASSWORD: &str =
    "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password";
/// The format of a name that is an e-mail address.
pub(crate) const EMAIL_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const UNSPECIFIED_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const PERSISTENT_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const WINDOWS_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName";

/// What is said about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub name_id: String,
    pub name_id_format: &'static str,
    /// Name and value, in the order of the response.
    pub attributes: Vec<(String, String)>,
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoClaims {
    /// The property that names the person is empty.
    NameIdEmpty,
    /// A transformation that can't be carried out.
    Transformation(String),
}

/// The policies that hold for an application.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Policies<'a> {
    /// The definition of a claims mapping policy, as the text that stands in the policy.
    pub mapping: Option<&'a str>,
    /// The object behind the portal's Attributes & Claims.
    pub portal: Option<&'a Map<String, Value>>,
}

/// The claims about a person, given as Graph's user object.
pub(crate) fn of(
    person: &Map<String, Value>,
    tenant: &str,
    issuer: &str,
    policies: Policies,
) -> Result<Claims, NoClaims> {
    let mut claims = Drafted::default();
    match (policies.mapping, policies.portal) {
        (Some(mapping), _) => claims.take_mapping(person, mapping),
        (None, Some(portal)) => claims.take_portal(person, portal)?,
        (None, None) => claims.basic = true,
    }
    claims.settled(person, tenant, issuer)
}

/// Claims while the policies are read.
#[derive(Default)]
struct Drafted {
    /// Whether the basic claims are added.
    basic: bool,
    /// The name with its format, once a policy has said where it comes from. The value may be missing.
    name: Option<(Option<String>, Option<&'static str>)>,
    said: Vec<(String, String)>,
}

impl Drafted {
    fn take_mapping(&mut self, person: &Map<String, Value>, definition: &str) {
        let whole: Value = serde_json::from_str(definition).unwrap_or_default();
        let policy = &whole["ClaimsMappingPolicy"];
        self.basic = policy["IncludeBasicClaimSet"]
            .as_str()
            .is_some_and(|word| word.eq_ignore_ascii_case("true"));
        for entry in policy["ClaimsSchema"].as_array().into_iter().flatten() {
            let Some(name) = entry["SamlClaimType"].as_str() else {
                continue;
            };
            let value = match entry["Value"].as_str() {
                Some(fixed) => Some(fixed.to_owned()),
                None => property(person, entry["ID"].as_str().unwrap_or_default()),
            };
            if name == format!("{IDENTITY}/nameidentifier") {
                self.name = Some((value, None));
            } else {
                self.said
                    .extend(value.map(|value| (name.to_owned(), value)));
            }
        }
    }

    fn take_portal(
        &mut self,
        person: &Map<String, Value>,
        policy: &Map<String, Value>,
    ) -> Result<(), NoClaims> {
        self.basic = policy
            .get("includeBasicClaimSet")
            .and_then(Value::as_bool)
            .unwrap_or(true);
        for claim in policy
            .get("claims")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let kind = claim["@odata.type"].as_str().unwrap_or_default();
            let value = configured(person, &claim["configurations"])?;
            if kind.ends_with("samlNameIdClaim") {
                self.name = Some((value, format_of(&claim["nameIdFormat"])));
            } else if let (Some(name), Some(value)) = (claim["name"].as_str(), value) {
                let namespace = claim["namespace"]
                    .as_str()
                    .filter(|namespace| !namespace.is_empty());
                let name = namespace.map_or_else(
                    || name.to_owned(),
                    |namespace| format!("{namespace}/{name}"),
                );
                self.said.push((name, value));
            }
        }
        Ok(())
    }

    fn settled(
        self,
        person: &Map<String, Value>,
        tenant: &str,
        issuer: &str,
    ) -> Result<Claims, NoClaims> {
        let by_default = || (property(person, "userprincipalname"), Some(EMAIL_FORMAT));
        let (name, format) = self.name.unwrap_or_else(by_default);
        let name = name.ok_or(NoClaims::NameIdEmpty)?;
        let said = &self.said;
        let unsaid = |name: &String| said.iter().all(|(taken, _)| taken != name);
        let mut attributes: Vec<(String, String)> = microsofts(person, tenant, issuer);
        if self.basic {
            attributes.extend(basic(person).into_iter().filter(|(name, _)| unsaid(name)));
        }
        attributes.extend(self.said);
        let guessed = if name.contains('@') {
            EMAIL_FORMAT
        } else {
            UNSPECIFIED_FORMAT
        };
        Ok(Claims {
            name_id_format: format.unwrap_or(guessed),
            name_id: name,
            attributes,
        })
    }
}

/// The first configuration without a condition: a property, changed step by step.
fn configured(
    person: &Map<String, Value>,
    configurations: &Value,
) -> Result<Option<String>, NoClaims> {
    let first = configurations
        .as_array()
        .and_then(|all| all.iter().find(|one| one["condition"].is_null()));
    let Some(first) = first else {
        return Ok(None);
    };
    let attribute = &first["attribute"];
    let mut value = match attribute["value"].as_str() {
        Some(fixed) => Some(fixed.to_owned()),
        None => property(person, attribute["id"].as_str().unwrap_or_default()),
    };
    for step in first["transformations"].as_array().into_iter().flatten() {
        let kind = step["@odata.type"].as_str().unwrap_or_default();
        let change: fn(&str) -> String = match kind.trim_start_matches("#microsoft.graph.") {
            "toLowercaseTransformation" => str::to_lowercase,
            "toUppercaseTransformation" => str::to_uppercase,
            "trimTransformation" => |text| text.trim().to_owned(),
            other => return Err(NoClaims::Transformation(other.to_owned())),
        };
        value = value.map(|value| change(&value));
    }
    Ok(value)
}

fn format_of(named: &Value) -> Option<&'static str> {
    match named.as_str() {
        Some("emailAddress") => Some(EMAIL_FORMAT),
        Some("unspecified") => Some(UNSPECIFIED_FORMAT),
        Some("persistent") => Some(PERSISTENT_FORMAT),
        Some("windowsDomainQualifiedName") => Some(WINDOWS_FORMAT),
        _ => None,
    }
}

/// A property of a person by the name it has in policies, which is Graph's without its capitals, but for the id.
fn property(person: &Map<String, Value>, name: &str) -> Option<String> {
    let name = if name.eq_ignore_ascii_case("objectid") {
        "id"
    } else {
        name
    };
    let (_, value) = person
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// What stands in every response, whatever the policies say.
fn microsofts(person: &Map<String, Value>, tenant: &str, issuer: &str) -> Vec<(String, String)> {
    let own = |name: &str| format!("{MICROSOFT}/{name}");
    let mut all = vec![(own("tenantid"), tenant.to_owned())];
    all.extend(property(person, "objectid").map(|id| (own("objectidentifier"), id)));
    all.extend(property(person, "displayname").map(|name| (own("displayname"), name)));
    all.push((own("identityprovider"), issuer.to_owned()));
    all.push((METHODS.to_owned(), PASSWORD.to_owned()));
    all
}

fn basic(person: &Map<String, Value>) -> Vec<(String, String)> {
    [
        ("givenname", "givenname"),
        ("surname", "surname"),
        ("emailaddress", "mail"),
        ("name", "userprincipalname"),
    ]
    .into_iter()
    .filter_map(|(claim, source)| Some((format!("{IDENTITY}/{claim}"), property(person, source)?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::map;
    use serde_json::json;

    fn adele() -> Map<String, Value> {
        map(
            json!({"id": "1", "displayName": "Adele Vance", "givenName": "Adele", "surname": "Vance",
                   "userPrincipalName": "adele@contoso.com", "mail": "Adele.Vance@contoso.com", "jobTitle": null}),
        )
    }

    fn said(claims: &Claims, name: &str) -> Vec<String> {
        let all = claims
            .attributes
            .iter()
            .filter(|(known, _)| known.ends_with(&format!("/{name}")));
        all.map(|(_, value)| value.clone()).collect()
    }

    fn with(policies: Policies) -> Result<Claims, NoClaims> {
        of(&adele(), "t", "https://sts.example/t/", policies)
    }

    #[test]
    fn without_policies_the_name_is_the_user_principal_name() {
        let claims = with(Policies::default()).unwrap();
        assert_eq!(
            (claims.name_id.as_str(), claims.name_id_format),
            ("adele@contoso.com", EMAIL_FORMAT)
        );
        for (name, value) in [
            ("tenantid", "t"),
            ("objectidentifier", "1"),
            ("displayname", "Adele Vance"),
            ("identityprovider", "https://sts.example/t/"),
            ("authnmethodsreferences", PASSWORD),
            ("givenname", "Adele"),
            ("surname", "Vance"),
            ("emailaddress", "Adele.Vance@contoso.com"),
            ("name", "adele@contoso.com"),
        ] {
            assert_eq!(said(&claims, name), [value], "{name}");
        }
        assert_eq!(claims.attributes.len(), 9);
    }

    fn portal(name_source: &str, transformations: Value) -> Map<String, Value> {
        let configured = |id: &str, steps: Value| {
            json!([{"condition": null, "transformations": steps, "attribute": {
            "@odata.type": "#microsoft.graph.sourcedAttribute", "id": id, "source": "user", "isExtensionAttribute": false}}])
        };
        map(json!({"includeBasicClaimSet": true, "claims": [
            {"@odata.type": "#microsoft.graph.samlNameIdClaim", "nameIdFormat": "emailAddress",
             "configurations": configured(name_source, transformations)},
            {"@odata.type": "#microsoft.graph.customClaim", "name": "name", "namespace": IDENTITY, "tokenFormat": ["saml"],
             "configurations": configured("objectid", json!([]))},
        ]}))
    }

    #[test]
    fn the_portals_claims_are_said_and_stand_in_front_of_the_basic_ones() {
        let lower = json!([{"@odata.type": "#microsoft.graph.toLowercaseTransformation"}]);
        for (source, steps, wanted) in [
            ("mail", json!([]), Ok("Adele.Vance@contoso.com")),
            ("mail", lower, Ok("adele.vance@contoso.com")),
            ("jobTitle", json!([]), Err(NoClaims::NameIdEmpty)),
            (
                "mail",
                json!([{"@odata.type": "#microsoft.graph.joinTransformation"}]),
                Err(NoClaims::Transformation("joinTransformation".into())),
            ),
        ] {
            let portal = portal(source, steps);
            let claims = with(Policies {
                portal: Some(&portal),
                mapping: None,
            });
            assert_eq!(
                claims
                    .as_ref()
                    .map(|claims| claims.name_id.as_str())
                    .map_err(Clone::clone),
                wanted
            );
            if let Ok(claims) = claims {
                assert_eq!(said(&claims, "name"), ["1"]);
                assert_eq!(said(&claims, "emailaddress"), ["Adele.Vance@contoso.com"]);
            }
        }
    }

    #[test]
    fn a_mapping_policy_silences_the_portal() {
        let mapping = |basic: &str| {
            json!({"ClaimsMappingPolicy": {"Version": 1, "IncludeBasicClaimSet": basic, "ClaimsSchema": [
            {"Source": "user", "ID": "mail", "SamlClaimType": format!("{IDENTITY}/nameidentifier")},
            {"Source": "user", "ID": "displayname", "SamlClaimType": format!("{IDENTITY}/name")},
            {"Value": "fixed", "SamlClaimType": "urn:fixed"},
        ]}}).to_string()
        };
        let portal = portal("userprincipalname", json!([]));
        for (basic, others) in [("true", 1), ("false", 0)] {
            let definition = mapping(basic);
            let claims = with(Policies {
                mapping: Some(&definition),
                portal: Some(&portal),
            })
            .unwrap();
            assert_eq!(
                (claims.name_id.as_str(), claims.name_id_format),
                ("Adele.Vance@contoso.com", EMAIL_FORMAT)
            );
            assert_eq!(said(&claims, "name"), ["Adele Vance"]);
            assert_eq!(said(&claims, "surname").len(), others);
            assert!(
                claims
                    .attributes
                    .contains(&("urn:fixed".into(), "fixed".into()))
            );
        }
    }

    #[test]
    fn a_mapping_policy_without_a_name_leaves_the_default() {
        let definition =
            json!({"ClaimsMappingPolicy": {"Version": 1, "ClaimsSchema": []}}).to_string();
        let claims = with(Policies {
            mapping: Some(&definition),
            portal: None,
        })
        .unwrap();
        assert_eq!(claims.name_id, "adele@contoso.com");
        assert!(said(&claims, "surname").is_empty());
    }
}
