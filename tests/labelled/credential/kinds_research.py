"""Credentials of services for research data, as their clients keep them."""

# One case a line reads better than one argument a line.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import gzip
import json

from tests.labelled.credential import surroundings as s
from tests.labelled.credential.case import Case, clean, found, found_in_config
from tests.labelled.credential.kinds import Decoy, Kind, placeholder, rows
from tests.labelled.credential.values import BASE62, DIGITS, HEX, Values

# iRODS writes a password with these characters, moved by a number of the user's. Source: docs.irods.org, iCommands; the client's own obfuscation.
IRODS_WHEEL = BASE62 + "!\"#$%&'()*+,-./"


def redcap(v: Values) -> str:
    """A token of a user and a project: 32 upper-case hexadecimal digits. Source: REDCap's API documentation, tokens."""
    return v.draw(HEX.upper(), 32)


KINDS: tuple[Kind, ...] = (
    Kind("redcap", "REDCap token", "REDCAP_TOKEN", redcap, (s.renviron, s.dotenv, s.python, s.r_script, s.notebook), (
        placeholder("YOUR_REDCAP_API_TOKEN", s.renviron),
        Decoy("digest", "digests of exports in upper case", s.csv, redcap, name="md5"),
    )),
    Kind("redcap-super", "REDCap super token", "REDCAP_SUPER_TOKEN", lambda v: v.draw(HEX.upper(), 64), (s.dotenv, s.yaml), (
        Decoy("variable", "from the environment", s.yaml, "${REDCAP_SUPER_TOKEN}"),
    )),
    # Source: ncbi.nlm.nih.gov, E-utilities, API keys: 36 lower-case hexadecimal digits. ENTREZ_KEY is the variable of rentrez.
    Kind("ncbi", "NCBI API key", "NCBI_API_KEY", lambda v: v.hex(36), (s.renviron, s.dotenv, s.shell, s.yaml), (
        placeholder("your_ncbi_key", s.dotenv),
        Decoy("accession", "accession numbers", s.csv, "SRR12345678901234567890", name="run_key"),
    )),
    Kind("entrez", "NCBI API key", "ENTREZ_KEY", lambda v: v.hex(36), (s.renviron, s.r_script), (
        Decoy("empty", "no key", s.renviron, ""),
    )),
    # Source: cds.climate.copernicus.eu, how to use the API: a personal access token is a UUID
    Kind("cds", "Copernicus token", "CDSAPI_KEY", lambda v: v.uuid(), (s.dotenv, s.shell), (
        placeholder("<PERSONAL-ACCESS-TOKEN>", s.dotenv),
    )),
    # Source: docs.galaxyproject.org, API keys: 32 lower-case hexadecimal digits
    Kind("galaxy", "Galaxy API key", "GALAXY_API_KEY", lambda v: v.hex(32), (s.dotenv, s.python, s.notebook), (
        placeholder("<TODO>", s.dotenv),
        Decoy("history", "ids of histories", s.yaml, "f3c2b0f3ecac9f02", name="history_id"),
    )),
)


def ngc(v: Values) -> bytes:
    """dbGaP's repository key: ``ncbi_gap`` and a gzip file with project, key, ticket and name. Source: NCBI's SRA Toolkit, its reader."""
    text = f"version 1.0\n{v.draw('123456789', 4)}|{v.draw(HEX.upper(), 32)}|{v.uuid().upper()}|A study of hearts"
    return b"ncbi_gap" + gzip.compress(text.encode(), mtime=0)


def tables() -> list[Case]:
    """REDCap's tokens and passwords in tables, where the header names them. Sources: REDCapR, "retrieve_credential_local"; PyCap; redcapAPI."""
    v = Values("research tables")
    t = "redcap"
    header = "redcap_uri,username,project_id,token,comment\n"
    line = '"https://redcap.example.org/api/","ana",{},{},"study A"\n'
    quoted = '"redcap_uri","username","project_id","token","comment"\n"https://redcap.example.org/api/","ana","153","{}","a, b"\n'
    return [
        found("research-csv-plain", "REDCap token", "/home/app/.REDCapR", header + line.format(153, redcap(v)), topic=t, place="CSV"),
        found("research-csv-second", "REDCap token", "/app/credentials.csv", header + line.format(1, "") + line.format(2, redcap(v)), topic=t, place="CSV"),
        found("research-csv-quoted", "REDCap token", "/app/config/redcap.csv", quoted.format(redcap(v)), topic=t, place="CSV"),
        found("research-tsv", "REDCap token", "/app/projects.tsv", f"project\ttoken\tstatus\nheart\t{redcap(v)}\tlive\n", topic=t, place="CSV"),
        found("research-csv-semicolon", "REDCap token", "/app/projects.csv", f"project;api_token\nheart;{redcap(v)}\n", topic=t, place="CSV"),
        found("research-csv-users", "passwords of users", "/app/users.csv", f"username,password\nana,{v.password(11)}\nben,{v.password(12)}\n", topic="password table", place="CSV"),
        found("research-csv-bom", "passwords of users", "/app/accounts.csv", b"\xef\xbb\xbf" + f"user;password;site\r\nana;{v.password(12)};north\r\n".encode(), topic="password table", place="CSV"),
        found("research-tsv-secret", "client secrets", "/app/clients.tsv", f"client_id\tclient_secret\nloader\t{v.word(32)}\n", topic="password table", place="CSV"),
        clean("research-csv-empty", "a table without tokens", "/app/credentials.csv", header + line.format(153, ""), topic=t, place="CSV"),
        clean("research-csv-example", "a table to be filled in", "/app/credentials-example.csv", header + line.format(153, "YOUR_TOKEN_HERE"), topic=t, place="CSV", may_warn=True),
        clean("research-csv-tokens", "counts of words", "/app/corpus.csv", "document,token,count\n1,therefore,12\n2,hypertension,7\n3,randomised,4\n", topic=t, place="CSV"),
        clean("research-csv-dictionary", "a data dictionary", "/app/dictionary.csv", '"Variable / Field Name","Form Name","Field Type","Field Label"\n"password","login","text","Password of the portal"\n"token","login","text","Token"\n', topic=t, place="CSV"),
        clean("research-csv-hashes", "pseudonyms", "/app/linkage.csv", "patient_key,sha256\n" + "".join(f"{n},{v.hex(64)}\n" for n in range(5)), topic="password table", place="CSV"),
        clean("research-csv-passwords-policy", "lengths of passwords", "/app/policy.csv", "system,password_length\nredcap,12\ngalaxy,16\n", topic="password table", place="CSV"),
    ]


def scripts() -> list[Case]:
    """REDCap's tokens in the forms that its clients are called with. Sources: the manuals of REDCapR, redcapAPI, PyCap, Stata, SAS and curl."""
    v = Values("research scripts")
    t = "redcap"
    uri = "https://redcap.example.org/api/"
    stata = "local token \"{0}\"\nlocal outfile \"/safe_data/export.csv\"\nshell curl --output `outfile' --form token=`token' --form content=record " + uri + "\n"
    sas = 'filename in "/scratch/in.txt";\n%let redcap_token = {0};\ndata _null_;\n  file in;\n  put "token=" "&redcap_token" "&content=record";\nrun;\n'
    return [
        found("research-redcapr", "REDCap token", "/app/pull.R", f'library(REDCapR)\nds <- redcap_read(redcap_uri = "{uri}", token = "{redcap(v)}")$data\n', topic=t, place="R source"),
        found("research-redcapr-positional", "REDCap token", "/app/pull.R", f"ds <- REDCapR::redcap_read_oneshot('{uri}', '{redcap(v)}')$data\n", topic=t, place="R source"),
        found("research-redcapapi", "REDCap token", "/app/pull2.R", f"library(redcapAPI)\nrcon <- redcapConnection(url = '{uri}',\n                         token = '{redcap(v)}')\n", topic=t, place="R source"),
        found("research-r-vector", "REDCap token", "/app/tokens.R", f'tokens <- c(heart = "{redcap(v)}", lung = "{redcap(v)}")\n', topic=t, place="R source"),
        found("research-pycap", "REDCap token", "/app/pull.py", f'from redcap import Project\n\nproject = Project("{uri}", "{redcap(v)}")\n', topic=t, place="Python source"),
        found("research-python-form", "REDCap token", "/app/post.py", f"import requests\n\ndata = {{'token': '{redcap(v)}', 'content': 'record', 'format': 'csv'}}\nr = requests.post('{uri}', data=data)\n", topic=t, place="Python source"),
        found("research-curl-data", "REDCap token", "/app/pull.sh", f'#!/bin/sh\nDATA="token={redcap(v)}&content=record&format=csv"\ncurl -X POST -d "$DATA" {uri}\n', topic=t, place="form data of curl"),
        found("research-curl-form", "REDCap token", "/app/form.sh", f"#!/bin/sh\ncurl --form token={redcap(v)} --form content=report --form report_id=9 {uri}\n", topic=t, place="form data of curl"),
        found("research-stata", "REDCap token", "/app/pull.do", stata.format(redcap(v)), topic=t, place="Stata source"),
        found("research-sas", "REDCap token", "/app/pull.sas", sas.format(redcap(v)), topic=t, place="SAS source"),
        found("research-matlab", "REDCap token", "/app/pull.m", f"uri = '{uri}';\ntoken = '{redcap(v)}';\nr = webwrite(uri, 'token', token, 'content', 'record');\n", topic=t, place="Matlab source"),
        clean("research-redcapr-env", "a token from the environment", "/app/safe.R", f'ds <- REDCapR::redcap_read(redcap_uri = "{uri}", token = Sys.getenv("REDCAP_TOKEN"))$data\n', topic=t, place="R source"),
        clean("research-pycap-env", "a token from the environment", "/app/safe.py", f'import os\nfrom redcap import Project\n\nproject = Project("{uri}", os.environ["REDCAP_TOKEN"])\n', topic=t, place="Python source"),
        clean("research-curl-variable", "a token from the environment", "/app/safe.sh", f'#!/bin/sh\ncurl --form token="$REDCAP_TOKEN" --form content=record {uri}\n', topic=t, place="form data of curl"),
        clean("research-stata-macro", "a token from the environment", "/app/safe.do", "local token : env REDCAP_TOKEN\nshell curl --form token=`token' " + uri + "\n", topic=t, place="Stata source"),
    ]


def files() -> list[Case]:
    """The files of clients. Sources are named where the format is less known than the file."""
    v = Values("research files")
    cds = "https://cds.climate.copernicus.eu/api"
    mkfg = '## auto-generated configuration file - DO NOT EDIT ##\n\nconfig/default = "false"\n/LIBS/GUID = "{0}"\n'
    ticket = '/repository/user/protected/dbGaP-{0}/download-ticket = "{1}"\n/repository/user/protected/dbGaP-{0}/encryption-key = "{2}"\n'
    irods = {"irods_host": "data.example.org", "irods_port": 1247, "irods_user_name": "jdoe", "irods_zone_name": "zone"}
    return [
        found("research-cdsapirc", "Copernicus token", "/root/.cdsapirc", f"url: {cds}\nkey: {v.uuid()}\n", topic="cds", place="its own file"),
        found("research-cdsapirc-old", "Copernicus key", "/home/user/.cdsapirc", f"url: {cds}/v2\nkey: {v.draw('123456789', 6)}:{v.uuid()}\nverify: 0", topic="cds", place="its own file"),
        found("research-cdsapi-call", "Copernicus token", "/app/era5.py", f"import cdsapi\n\nclient = cdsapi.Client(url='{cds}', key='{v.uuid()}')\n", topic="cds", place="Python source"),
        found("research-ecmwfapirc", "ECMWF key", "/root/.ecmwfapirc", json.dumps({"url": "https://api.ecmwf.int/v1", "key": v.hex(32), "email": "jdoe@example.org"}, indent=2), topic="ecmwf", place="its own file"),
        clean("research-cdsapirc-template", "a key to be filled in", "/app/docs/cdsapirc.example", f"url: {cds}\nkey: <PERSONAL-ACCESS-TOKEN>\n", topic="cds", place="its own file"),
        clean("research-cds-request", "a request's id", "/app/request.json", json.dumps({"request_id": v.uuid(), "dataset": "reanalysis-era5-single-levels"}), topic="cds", place="JSON"),
        # Source: biobank.ndph.ox.ac.uk, "Authorising Bulk Downloads": the application's number, and on the next line 64 characters
        found("research-ukbkey", "UK Biobank key", "/app/.ukbkey", f"{v.draw('123456789', 5)}\n{v.hex(64)}\n", topic="ukb", place="its own file"),
        found("research-ukbkey-named", "UK Biobank key", "/app/k12345r67890.key", f"12345\n{v.hex(64)}", topic="ukb", place="its own file"),
        found("research-ukbkey-old", "UK Biobank key (old form)", "/data/.ukbkey", f"1234\n{v.hex(24)}\n", topic="ukb", place="its own file"),
        found("research-ukb-unpack", "UK Biobank key", "/app/unpack.sh", f"#!/bin/sh\nukbunpack ukb12345.enc {v.hex(64)}\n", topic="ukb", place="shell script"),
        clean("research-ukb-application", "only the application's number", "/app/.ukbkey", "12345\n", topic="ukb", place="its own file"),
        clean("research-ukb-md5", "the checksum of a data set", "/app/ukb12345.md5", f"{v.hex(32)}  ukb12345.enc\n", topic="ukb", place="its own file"),
        found("research-ngc", "dbGaP repository key", "/app/prj_2956.ngc", ngc(v), topic="dbgap", place="packed: ngc"),
        found("research-ngc-home", "dbGaP repository key", "/root/ncbi/prj_31234_D8.ngc", ngc(v), topic="dbgap", place="packed: ngc"),
        found("research-enc-key", "dbGaP key", "/root/.ncbi/dbGaP-2956.enc_key", v.draw(HEX.upper(), 32), topic="dbgap", place="its own file"),
        found("research-mkfg", "dbGaP ticket and key", "/root/.ncbi/user-settings.mkfg", mkfg.format(v.uuid()) + ticket.format(2956, v.uuid().upper(), v.draw(HEX.upper(), 32)), topic="dbgap", place="its own file"),
        clean("research-mkfg-plain", "the SRA Toolkit's settings", "/root/.ncbi/user-settings.mkfg", mkfg.format(v.uuid()) + '/repository/user/main/public/root = "/scratch/ncbi"\n', topic="dbgap", place="its own file"),
        clean("research-ngc-words", "a file that only has the ending", "/app/chart.ngc", b"ncbi_gap" + b" is the first word of a repository key\n", topic="dbgap", place="its own file"),
        found("research-entrez-python", "NCBI API key", "/app/fetch.py", f'from Bio import Entrez\n\nEntrez.email = "jdoe@example.org"\nEntrez.api_key = "{v.hex(36)}"\n', topic="ncbi", place="Python source"),
        found("research-entrez-url", "NCBI API key", "/app/fetch.sh", f'#!/bin/sh\nwget -qO- "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi?db=gap&term=x&api_key={v.hex(36)}"\n', topic="ncbi", place="URL"),
        found("research-rentrez", "NCBI API key", "/app/fetch.R", f'library(rentrez)\nset_entrez_key("{v.hex(36)}")\n', topic="ncbi", place="R source"),
        clean("research-entrez-none", "no key", "/app/none.py", "from Bio import Entrez\n\nEntrez.api_key = None\nEntrez.tool = 'loader'\n", topic="ncbi", place="Python source"),
        found("research-irodsa", "iRODS password", "/root/.irods/.irodsA", "." + v.draw(IRODS_WHEEL, 22), "obfuscated, which iRODS itself undoes", topic="irods", place="its own file"),
        found("research-irods-python", "iRODS password", "/app/get.py", f"from irods.session import iRODSSession\n\nwith iRODSSession(host='data.example.org', port=1247, user='jdoe', password='{v.password()}', zone='zone') as session:\n    pass\n", topic="irods", place="Python source"),
        found("research-irods-iinit", "iRODS password", "/app/login.sh", f"#!/bin/sh\necho '{v.password()}' | iinit\n", topic="irods", place="shell script"),
        clean("research-irods-environment", "the settings of iRODS", "/root/.irods/irods_environment.json", json.dumps(irods), topic="irods", place="its own file"),
        # Source: pyxnat's manual, "configuration": +user@server=password, the account in use has the plus sign
        found("research-xnatpass", "XNAT password", "/root/.xnatPass", f"+jdoe@https://xnat.example.org={v.password()}\n-other@https://central.example.org={v.password()}\n", topic="xnat", place="its own file"),
        found("research-xnat-cfg", "XNAT password", "/app/central.cfg", json.dumps({"server": "https://xnat.example.org", "user": "jdoe", "password": v.password()}), topic="xnat", place="JSON"),
        found("research-xnatpy", "XNAT password", "/app/scans.py", f"import xnat\n\nsession = xnat.connect('https://xnat.example.org', user='jdoe', password='{v.password()}')\n", topic="xnat", place="Python source"),
        found("research-pyxnat-positional", "XNAT password", "/app/scans2.py", f"from pyxnat import Interface\n\ncentral = Interface('https://xnat.example.org', 'jdoe', '{v.password()}')\n", topic="xnat", place="Python source"),
        clean("research-xnatpass-template", "a file to be filled in", "/app/docs/xnatPass.txt", "+USERNAME@https://xnat.example.org=PASSWORD\n", topic="xnat", place="README"),
        clean("research-xnat-netrc", "a client that asks", "/app/ask.py", "import getpass\nimport xnat\n\nsession = xnat.connect('https://xnat.example.org', user='jdoe', password=getpass.getpass())\n", topic="xnat", place="Python source"),
        # Source: parsec's manual, quick start
        found("research-parsec", "Galaxy API key and password", "/root/.parsec.yml", f'__default: main\n\nmain:\n    key: "{v.hex(32)}"\n    email: "jdoe@example.org"\n    password: "{v.password()}"\n    url: "https://galaxy.example.org"\n    admin: False\n', topic="galaxy", place="its own file"),
        found("research-parsec-key", "Galaxy API key", "/home/galaxy/.parsec.yml", f"__default: local\nlocal:\n    key: {v.hex(32)}\n    url: http://galaxy:8080\n", topic="galaxy", place="its own file"),
        found("research-bioblend", "Galaxy API key", "/app/run.py", f"from bioblend.galaxy import GalaxyInstance\n\ngi = GalaxyInstance(url='https://galaxy.example.org', key='{v.hex(32)}')\n", topic="galaxy", place="Python source"),
        found("research-planemo", "Galaxy API key", "/app/test.sh", f"#!/bin/sh\nplanemo run wf.ga job.yml --galaxy_url https://galaxy.example.org --galaxy_user_key {v.hex(32)}\n", topic="galaxy", place="option"),
        clean("research-parsec-template", "a file to be filled in", "/home/galaxy/.parsec.yml", '__default: local\nlocal:\n    key: "<TODO>"\n    email: "<TODO>"\n    password: "<TODO>"\n    url: "<TODO>"\n    admin: False\n', topic="galaxy", place="its own file", may_warn=True),
        found("research-odbc", "database password", "/root/.odbc.ini", f"[cohort]\nDriver = ODBC Driver 18 for SQL Server\nServer = db.example.org\nUID = loader\nPWD = {v.password()}\n", topic="odbc", place="its own file"),
        found("research-odbc-password", "database password", "/home/rstudio/.odbc.ini", f"[warehouse]\nDriver=PostgreSQL Unicode\nServername=db.example.org\nUserName=loader\nPassword={v.password()}\n", topic="odbc", place="its own file"),
        found("research-odbc-string", "database password", "/app/load.R", f'con <- DBI::dbConnect(odbc::odbc(), .connection_string = "Driver={{ODBC Driver 18}};Server=db.example.org;UID=loader;PWD={v.password()};")\n', topic="odbc", place="R source"),
        found("research-odbc-python", "database password", "/app/load.py", f"import pyodbc\n\ncnxn = pyodbc.connect('DSN=cohort;UID=loader;PWD={v.password()}')\n", topic="odbc", place="Python source"),
        clean("research-odbc-trusted", "a source without a password", "/etc/odbc.ini", "[cohort]\nDriver = ODBC Driver 18 for SQL Server\nServer = db.example.org\nTrusted_Connection = yes\nPWD =\n", topic="odbc", place="its own file"),
        clean("research-odbc-drivers", "drivers", "/etc/odbcinst.ini", "[PostgreSQL Unicode]\nDescription=PostgreSQL ODBC driver\nDriver=psqlodbcw.so\nUsageCount=1\n", topic="odbc", place="its own file"),
        found_in_config("research-redcap-arg", "REDCap token", "history", f"|1 REDCAP_TOKEN={redcap(v)} /bin/sh -c Rscript /app/pull.R # buildkit", topic="redcap"),
        clean("research-counts", "numbers of participants", "/app/n.csv", "site,participants\n" + "".join(f"{v.draw(DIGITS, 3)},{v.draw(DIGITS, 2)}\n" for _ in range(4)), topic="password table", place="CSV"),
    ]


def all_cases() -> list[Case]:
    """All of the above."""
    return [case for kind in KINDS for case in rows(kind)] + tables() + scripts() + files()
