# Two SAML libraries of Python, pysaml2 and signxml, as judges of messages that they did not write. Reads a list of cases as
# JSON from its input and writes one list of verdicts: who judged, which case, whether it was taken, the name, or why not.
#
# They are told what a service provider knows: its own two addresses, the identity provider's metadata, and one certificate.

import base64
import json
import logging
import sys

import saml2.client
import saml2.config
import signxml
from lxml import etree

logging.disable(logging.CRITICAL)

NAME = "{urn:oasis:names:tc:SAML:2.0:assertion}NameID"


def main():
    told = json.load(sys.stdin)
    verdicts = []
    for case in told["cases"]:
        for judge in (by_pysaml2, by_signxml):
            verdicts.append(judged(judge, case, told))
    for name, xml in told["metadata"].items():
        verdicts.append(judged(metadata_by_signxml, {"name": name, "xml": xml}, told))
    json.dump(verdicts, sys.stdout)


def judged(judge, case, told):
    verdict = {"judge": judge.__name__.rpartition("by_")[2], "case": case["name"], "taken": False, "name": None, "why": None}
    try:
        verdict["name"] = judge(case, told)
        verdict["taken"] = verdict["name"] is not None
    except Exception as refusal:
        verdict["why"] = f"{type(refusal).__name__}: {refusal}"
    return verdict


def by_pysaml2(case, told):
    config = saml2.config.SPConfig()
    config.load(
        {
            "entityid": told["audience"],
            "metadata": {"inline": [told["metadata"]["application"]]},
            "service": {
                "sp": {
                    "endpoints": {"assertion_consumer_service": [(told["acs"], saml2.BINDING_HTTP_POST)]},
                    "want_assertions_signed": case["signed"] != "response",
                    "want_response_signed": case["signed"] != "assertion",
                }
            },
            "xmlsec_binary": "/usr/bin/xmlsec1",
        }
    )
    client = saml2.client.Saml2Client(config)
    answer = client.parse_authn_request_response(case["response"], saml2.BINDING_HTTP_POST, outstanding={case["request"]: "/"})
    return answer.name_id.text if answer else None


def by_signxml(case, told):
    root = etree.fromstring(base64.b64decode(case["response"]))
    return name_in(verified(root, told["certificate"]))


def metadata_by_signxml(case, told):
    root = etree.fromstring(case["xml"].encode())
    whole = verified(root, told["certificate"])
    return whole.get("entityID")


def verified(root, certificate):
    config = signxml.SignatureConfiguration(expect_references=1)
    return signxml.XMLVerifier().verify(root, x509_cert=certificate, expect_config=config, id_attribute="ID").signed_xml


def name_in(signed):
    return signed.find(f".//{NAME}").text


main()
