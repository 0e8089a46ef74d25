"""Made the files beside it, once: responses signed by xmlsec1 and by signxml, and elements canonicalised by libxml2.

The tests read the files and need neither. To make them again: pip install signxml lxml; apt install xmlsec1; python make.py
"""

import random
import subprocess
from pathlib import Path

from lxml import etree
from signxml import CanonicalizationMethod, XMLSigner, methods

HERE = Path(__file__).parent
FIXTURES = HERE.parent / "fixtures"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"

TEMPLATE = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXC}"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#%s"><ds:Transforms><ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{EXC}">%s</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>"""

# Written as untidily as XML allows: quotes, order and place of declarations, self-closing tags, character references,
# CDATA, comments between elements, line breaks.
RESPONSE = """<samlp:Response Version='2.0' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
   ID='_r1' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" IssueInstant="2026-12-01T10:00:00Z" xmlns:unused="urn:u"
   Destination="https://auth.atlassian.com/login/callback?connection=saml-0f4ad8ab-34e2-4de5-b3b9-59cc5b3d02d4&#38;x=&quot;"
   InResponseTo="_q1"><saml:Issuer>https://sts.windows.net/11111111-2222-4333-8444-555555555555/</saml:Issuer>{outer}<samlp:Status>
  <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>
 </samlp:Status><!-- between --><Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_a1" IssueInstant="2026-12-01T10:00:00Z"><Issuer>https://sts.windows.net/11111111-2222-4333-8444-555555555555/</Issuer>{inner}<Subject><NameID
 Format='urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'>j&#xFC;rgen@contoso.com</NameID></Subject>
 <saml:AttributeStatement xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Attribute Name="displayname" xmlns:own="urn:o" own:b="2" own:a='1	2'><AttributeValue xsi:type="xs:string">J\u00fcrgen \U0001f600 &lt;a&gt; &amp; "b" ]]&gt; <![CDATA[<c> & d]]>&#13;&#10;end</AttributeValue></Attribute><Attribute Name="empty"><AttributeValue/></Attribute></saml:AttributeStatement></Assertion></samlp:Response>
"""


def xmlsec1(name, outer, inner):
    text = RESPONSE.format(outer=TEMPLATE % ("_r1", outer) if outer is not None else "",
                           inner=TEMPLATE % ("_a1", inner) if inner is not None else "")
    path = HERE / f"{name}.xml"
    path.write_text(text, encoding="utf-8")
    # The inner one first: the outer one covers it.
    for part, element in (("_a1", inner), ("_r1", outer)):
        if element is None:
            continue
        parent = "Assertion" if part == "_a1" else "Response"
        subprocess.run(["xmlsec1", "--sign", "--output", str(path),
                        "--privkey-pem", f"{FIXTURES}/signing.key.pem,{FIXTURES}/signing.crt.pem",
                        "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
                        "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response",
                        "--node-xpath", f"/*//*[local-name()='{parent}' or self::*]/*[local-name()='Signature'][../@ID='{part}']"
                        if parent == "Assertion" else f"/*/*[local-name()='Signature'][../@ID='{part}']",
                        str(path)], check=True)


def signxml(name, which):
    key = (FIXTURES / "signing.key.pem").read_bytes()
    cert = (FIXTURES / "signing.crt.pem").read_text()
    exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    signer = XMLSigner(method=methods.enveloped, c14n_algorithm=exclusive)

    def sign(text, part):
        root = etree.fromstring(text.encode())
        root.insert(1, etree.Element(f"{{{DS}}}Signature", Id="placeholder"))
        return etree.tostring(signer.sign(root, key=key, cert=cert, reference_uri=part), encoding="unicode")

    text = RESPONSE.format(outer="", inner="").strip()
    if "assertion" in which:
        # Signed as a document of its own and put in as text: copied from tree to tree, lxml changes prefixes.
        start, end = text.index("<Assertion "), text.index("</Assertion>") + len("</Assertion>")
        alone = text[start:end].replace(
            "<Assertion ",
            '<Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" ', 1)
        text = text[:start] + sign(alone, "#_a1") + text[end:]
    if "response" in which:
        text = sign(text, "#_r1")
    (HERE / f"{name}.xml").write_text(text, encoding="utf-8")


def element(random, depth):
    """A random element with declarations that shadow each other."""
    prefixes = ["", "a", "b", "c"]
    spaces = ["", "urn:x", "urn:y", "urn:z"]
    declared = {p: random.choice(spaces[1:] if p else spaces) for p in random.sample(prefixes, random.randint(0, 2))}
    text = lambda: random.choice(["", " ", "t", "&lt;&amp;&gt;", "&#13;", "\n", "\u00e4\U0001f600", "<![CDATA[<&]]>", "<!-- c -->", "'\""])
    known = ["a", "b", "c"]
    name = random.choice(["", "a:", "b:", "c:"]) + random.choice("ef")
    attributes = {random.choice(["", "a:", "b:", "c:", "xml:"]) + random.choice(["p", "q", "lang"]): random.choice(["1", "&quot;&lt;&gt;", "&#9;&#10;", "\u00e4 'x'"]) for _ in range(random.randint(0, 3))}
    inside = "".join(text() + (element(random, depth - 1) if depth else "") for _ in range(random.randint(0, 3))) + text()
    written = "".join(f' xmlns{":" + p if p else ""}="{s}"' for p, s in declared.items()) + "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f"<{name}{written}/>" if not inside and random.random() < 0.5 else f"<{name}{written}>{inside}</{name}>"


def c14n():
    """Pairs of a document and its canonical form, with and without a list of prefixes; JSON, one pair a line."""
    import json
    source = random.Random(7)
    lines = []
    while len(lines) < 200:
        body = element(source, 2)
        text = f'<root xmlns="urn:r" xmlns:a="urn:x" xmlns:b="urn:y" xmlns:c="urn:z">{body}</root>'
        try:
            root = etree.fromstring(text)
        except etree.XMLSyntaxError:
            continue
        prefixes = source.choice([[], [], ["a"], ["b", "c"]])
        # Copied into a document of its own, an element would lose the declarations above it, so it is canonicalised in
        # its place.
        canonical = etree.tostring(root[0], method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes, with_tail=False)
        lines.append(json.dumps({"text": text, "prefixes": prefixes, "canonical": canonical.decode()}, ensure_ascii=False))
    (HERE / "canonical.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


xmlsec1("xmlsec1-assertion", None, "")
xmlsec1("xmlsec1-response", "", None)
xmlsec1("xmlsec1-both", "", "")
xmlsec1("xmlsec1-prefixes", None, f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="xs unused"/>')
signxml("signxml-assertion", ["assertion"])
signxml("signxml-response", ["response"])
signxml("signxml-both", ["assertion", "response"])
c14n()
