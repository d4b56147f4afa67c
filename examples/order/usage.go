package main

// usage is what -h prints.
const usage = `Order takes delivery orders through every step: what is typed becomes a place,
the service areas say whether it is served, the nearest free driver is found; way
and fare; the driver's SMS and push, the customer's code, mail with a linked
attachment, and offer.

Usage: order [flags]

  -in FILE       orders as JSON (see below), "-" for standard input; default: those
                 that come with the program, a dozen and two that are refused
  -drivers FILE  the drivers on the road, as JSON (see below)
  -areas FILE    service areas as GeoJSON, in WGS-84; in the mainland the opened
  -cities FILE   cities decide, as JSON (see areas.geojson and cities.json)
  -jobs N        orders under way at a time, 1 to 64; default 4
  -maps LIST     map vendors to ask first, such as "baidu,amap"; default
                 "amap,baidu,google,osm". Prints the constructor lines that change.
  -outage LIST   providers that go down in the middle of the run, such as
                 "amap,nexmo". NAME:lost-replies loses their replies after the
                 request was processed; NAME:CODE lets them refuse with a code of
                 theirs (amap:10021, baidu:302, nexmo:9, fcm:QUOTA_EXCEEDED,
                 aliyun:isv.AMOUNT_NOT_ENOUGH, smtp:451, s3:SlowDown); NAME:FAULT is a fault of the transport
                 (html_200, cut_body).
                 Names are those of the first lines.
  -explain N     print every attempt of order N: code, scope, delivery, wait
  -wire N        print the requests of order N as the vendors see them, with
                 secrets masked

Exit status: 0 when all orders are complete or refused by the service areas, 1
when one failed, 2 for wrong usage.

Orders are a JSON array. Numbers may be written as people write them; a region is
two letters (ISO 3166-1; HK, MO and TW are regions of their own).

  [{"id": "A-1", "city_code": "HKG", "service": "",
    "pickup":   {"text": "深圳北站", "region": "CN", "city": "深圳市"},
    "dropoff":  {"typed": "Langham Pl", "region": "HK"},
    "customer": {"mail": "Name <name@example.com>", "phone": "+852 5123 4567",
                 "language": "en", "offers": true},
    "driver":   {"phone": "(852) 6123 4567", "phone_region": "HK",
                 "language": "zh-Hant", "tokens": {"fcm": ""}}}]

city_code and service say which service areas hold: without a city code those of
every city. "typed" are letters in a search field of which the first suggestion is
taken. The customer's phone, and the driver, may be left out: then the nearest free
driver gets the order. A number without a country code is one of the pick-up's
region, or of the driver's phone_region. The fakes make up an empty token. Drivers
are an array of

  {"id": "D-1", "lat": 22.54, "lng": 114.06, "phone": "…", "phone_region": "CN",
   "language": "zh", "state": "free", "plates": "both",
   "tokens": {"huawei": "…", "fcm": "…"}}

with state free, busy or silent, and plates "both" for a vehicle that may cross the
mainland's border.

The fakes know some sixty places in ten cities; other addresses need real maps.

Environment. Without these variables the program starts fakes of the vendors and
touches no network. A domain with credentials uses the real services only:

  maps     AMAP_KEY, AMAP_PRIVATE_KEY (if signatures are on)
           BAIDU_AK, BAIDU_SK (if signatures are on)
           GOOGLE_MAPS_KEY, GOOGLE_MAPS_KEY_B (a second project)
           NOMINATIM_URL, PHOTON_URL, OSRM_URL (servers of your own),
           OSM_USER_AGENT (names your application and an address)
  sms      ALIYUN_SMS_KEY_ID, ALIYUN_SMS_SECRET, TENCENT_SMS_SECRET_ID,
           TENCENT_SMS_SECRET_KEY, TENCENT_SMS_APP_ID, for numbers of the
           mainland; ALIYUN_SMS_TEMPLATE_DRIVER (with ${order} and ${state}),
           …_CODE (${code}), …_OFFER (${name}), TENCENT_SMS_TEMPLATE_DRIVER
           ({1}, {2}), …: the approved templates
           NEXMO_KEY, NEXMO_SECRET, NEXMO_MAINLAND (any value: the account may
           send to the mainland); NEXMO_B_KEY, …, for a second account
           NEXMO_FROM (sender id), SMS_CN_SIGN (registered in the mainland),
           SMS_IN_HEADER, SMS_IN_ENTITY, SMS_IN_CONTENT_DRIVER, …_CODE, …_OFFER
           (registered in India)
  push     HUAWEI_PUSH_APP_ID, HUAWEI_PUSH_SECRET
           FCM_SERVICE_ACCOUNT, FCM_B_SERVICE_ACCOUNT (files with the JSON keys of
           two service accounts of one project)
  mail     SMTP_ADDR (host:port; 465 is TLS from the start, others STARTTLS),
           SMTP_USER, SMTP_PASSWORD, SMTP_FROM; SMTP_B_ADDR, …, for a second relay
  storage  OSS_BUCKET, OSS_ACCESS_KEY, OSS_SECRET_KEY, OSS_REGION, OSS_ENDPOINT,
           OSS_LINK_URL (the domain bound to it), for files of the mainland
           S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION, S3_ENDPOINT (for
           servers that are not Amazon's), for all others; with one of the two it
           holds all files; with none, links work on this machine only

With real senders -in is needed, and -drivers or a driver in each order: the
numbers that come with the program are invented. The gateways' receipts and the
apps' tokens come to a server on this machine alone.
`
