//! The sign-in log: who may read it, what may be asked of it, and how often. Entries stand in it at once and are shown
//! later.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Cx;
use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use crate::objects::map;
use crate::roles::reads_sign_ins;
use crate::tenant::Premium;
use crate::tenant::sign_ins::SignIn;
use crate::wire::Answer;

/// How many reads of reports the service takes from one application, and within how many seconds.
const READS: usize = 5;
/// See [`READS`].
const WINDOW: u32 = 10;

const SIGN_INS: Listing = Listing {
    set: "auditLogs/signIns",
    properties: &[],
    filterable: &[
        "id",
        "appId",
        "appDisplayName",
        "createdDateTime",
        "userId",
        "userPrincipalName",
        "userDisplayName",
        "status",
        "conditionalAccessStatus",
        "correlationId",
        "ipAddress",
        "clientAppUsed",
        "resourceDisplayName",
        "resourceId",
    ],
    page: 1000,
    longest: 1000,
    directory: false,
};

/// `GET /auditLogs/signIns`: the newest first.
pub(crate) fn sign_ins(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    check_readable(cx)?;
    check_order(&options)?;
    let rows = shown(cx);
    let options = Options {
        orderby: options
            .orderby
            .or_else(|| Some("createdDateTime desc".into())),
        ..options
    };
    odata::list(cx, &options, &SIGN_INS, rows.into_iter())
}

/// `GET /auditLogs/signIns/{id}`.
pub(crate) fn sign_in(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    check_readable(cx)?;
    let id = cx.keys[0].clone();
    let row = shown(cx).into_iter().find(|row| row["id"] == id.as_str());
    let row = row.ok_or_else(|| GraphError::not_found(&id))?;
    odata::entity(cx, &options, "auditLogs/signIns", &[], row)
}

fn shown(cx: &mut Cx) -> Vec<Map<String, Value>> {
    let now = cx.world.clock.now();
    let tenant = cx.tenant();
    let entries = tenant.sign_ins.iter();
    let seen = entries.filter(|entry| entry.visible_from <= now);
    let id = tenant.id.clone();
    seen.map(|entry| body(entry, &id)).collect()
}

/// The log wants a licence, a role, and patience.
fn check_readable(cx: &mut Cx) -> Result<(), GraphError> {
    if cx.tenant().premium == Premium::None {
        return Err(GraphError::new(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        ));
    }
    if !reads_sign_ins(&cx.roles()) {
        return Err(GraphError::new(
            403,
            "Authentication_RequestFromUnsupportedUserRole",
            "User is not in the allowed roles",
        ));
    }
    if !cx.world.quirks.reports_throttled {
        return Ok(());
    }
    let now = cx.world.clock.now();
    let since = now - SignedDuration::from_secs(i64::from(WINDOW));
    let reads = &mut cx.world.report_reads;
    reads.retain(|read| *read > since);
    if reads.len() >= READS {
        return Err(GraphError::throttled(WINDOW));
    }
    reads.push(now);
    Ok(())
}

fn check_order(options: &Options) -> Result<(), GraphError> {
    let known = |order: &String| order.split(' ').next() == Some("createdDateTime");
    if options.orderby.as_ref().is_none_or(known) {
        Ok(())
    } else {
        Err(GraphError::new(
            400,
            "BadRequest",
            "Query option $orderby is limited to createdDateTime.",
        ))
    }
}

fn body(entry: &SignIn, tenant: &str) -> Map<String, Value> {
    map(json!({
        "id": entry.id,
        "createdDateTime": date(entry.at),
        "userDisplayName": entry.display_name,
        "userPrincipalName": entry.user_principal_name,
        "userId": entry.person,
        "appId": entry.app_id,
        "appDisplayName": entry.app_name,
        "ipAddress": "127.0.0.1",
        "clientAppUsed": "Browser",
        "correlationId": entry.correlation_id,
        "conditionalAccessStatus": entry.conditional_access,
        "isInteractive": true,
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "riskEventTypes": [],
        "riskEventTypes_v2": [],
        "resourceDisplayName": entry.app_name,
        "resourceId": entry.app_id,
        "resourceTenantId": tenant,
        "homeTenantId": tenant,
        "status": {
            "errorCode": entry.error_code,
            "failureReason": entry.failure_reason.as_deref().unwrap_or("Other."),
            "additionalDetails": entry.additional_details
        },
        "deviceDetail": {
            "deviceId": "", "displayName": "", "operatingSystem": "Linux", "browser": "Firefox", "isCompliant": false,
            "isManaged": false, "trustType": ""
        },
        "location": {
            "city": "Redmond", "state": "Washington", "countryOrRegion": "US",
            "geoCoordinates": {"altitude": null, "latitude": 47.6805, "longitude": -122.1209}
        },
        "appliedConditionalAccessPolicies": []
    }))
}

/// The log writes times with milliseconds, so that attempts of one second keep their order.
fn date(at: Timestamp) -> String {
    crate::tempo::milli_date(at)
}
