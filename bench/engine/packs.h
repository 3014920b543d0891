/* packs.h -- the rule sets that the bench runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What hand.c does. */
#define PACK_TWO                                                                           \
    "profile line by call.caller { reach = distinct callee over 1h\n"                      \
    "  talk = mean duration over 1h  calls = count over 1h }\n"                            \
    "profile box by call.imei { cards = distinct imsi over 24h }\n"                        \
    "rule a_reach on call { title \"a\" \"a\" when line.reach >= 30 and line.talk < 60s\n" \
    "  subject caller typology scam_caller }\n"                                            \
    "rule b_cards on call { title \"b\" \"b\" when box.cards >= 5\n"                       \
    "  subject imei typology gateway }\n"

/* Twelve rules over eight profiles, as a gateway and caller pack has them. */
#define PACK_TWELVE                                                                                \
    "profile line by call.caller { out = count over 24h  out_hour = count over 1h\n"               \
    "  reach = distinct callee over 24h  reach_hour = distinct callee over 1h\n"                   \
    "  brief = count over 24h where duration < 60s  middle = mean duration over 24h\n"             \
    "  cells = distinct cell over 24h  boxes = distinct imei over 24h }\n"                         \
    "profile heard by call.callee { got = count over 24h  callers = distinct caller over 24h }\n"  \
    "profile box by call.imei { cards = distinct imsi over 24h  calls = count over 24h\n"          \
    "  callees = distinct callee over 24h  cells = distinct cell over 24h }\n"                     \
    "profile card by call.imsi { boxes = distinct imei over 24h  calls = count over 24h }\n"       \
    "profile site by call.cell { boxes = distinct imei over 1h where line[caller].out >= 8\n"      \
    "  and heard[caller].got = 0 }\n"                                                              \
    "profile pen by sms.sender { sent = count over 24h  reach = distinct recipient over 24h\n"     \
    "  linked = count over 24h where url is known }\n"                                             \
    "profile link by sms.url { all = count over 24h  senders = distinct sender over 24h }\n"       \
    "profile purse by payment.payer, payment.payee { got = sum amount over 24h as payee\n"         \
    "  gave = sum amount over 24h as payer  payers = distinct payer over 24h as payee }\n"         \
    "rule a on call { title \"a\" \"a\" when box.cards >= 4 and box.calls >= 18\n"                 \
    "  and box.callees / box.calls > 0.8 and box.cells <= 2\n"                                     \
    "  score 0.6 + 0.1 * min(box.cards / 10, 4) subject imei typology gateway\n"                   \
    "  against line[caller].middle > 180s \"l\" \"l\" }\n"                                         \
    "rule b on call { title \"b\" \"b\" when line[caller].out >= 30 and\n"                         \
    "  line[caller].reach >= 0.9 * line[caller].out and heard[caller].got = 0\n"                   \
    "  and line[caller].middle < 40s subject caller typology scam_caller }\n"                      \
    "rule c on call { title \"c\" \"c\" when line[caller].reach_hour >= 25\n"                      \
    "  and line[caller].brief >= 0.8 * line[caller].out subject caller typology wangiri }\n"       \
    "rule d on call { title \"d\" \"d\" when line[caller].boxes >= 5 and line[caller].out >= 10\n" \
    "  subject imei typology gateway }\n"                                                          \
    "rule e on call { title \"e\" \"e\" when site.boxes >= 6 and box.calls >= 10\n"                \
    "  subject imei typology gateway }\n"                                                          \
    "rule f on call { title \"f\" \"f\" when card.boxes >= 4 and card.calls >= 20\n"               \
    "  subject imei typology relay }\n"                                                            \
    "rule g on call { title \"g\" \"g\" when heard.got >= 40 and heard.callers >= 35\n"            \
    "  subject callee typology wangiri }\n"                                                        \
    "rule h on call { title \"h\" \"h\" when line[caller].out_hour >= 40 and\n"                    \
    "  line[caller].cells = 1 and trunk is unknown subject caller typology scam_caller }\n"        \
    "rule i on sms { title \"i\" \"i\" when pen.sent >= 20 and pen.linked >= 15\n"                 \
    "  and pen.reach >= 15 subject sender typology scam_sms }\n"                                   \
    "rule j on sms { title \"j\" \"j\" when link.senders >= 5 and link.all >= 20\n"                \
    "  subject sender typology scam_sms }\n"                                                       \
    "rule k on payment { title \"k\" \"k\" when purse[payer].got >= 50000 CNY and\n"               \
    "  purse[payer].gave >= 0.9 * purse[payer].got subject payer typology mule }\n"                \
    "rule l on payment { title \"l\" \"l\" when purse[payee].payers >= 10\n"                       \
    "  subject payee typology runner }\n"
