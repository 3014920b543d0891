/* ledger.h -- the book of a backtest: who did what in truth, and what was said about whom. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "backtest/backtest.h"
#include "names.h"

/* A rule that found a case. */
struct rule_hit {
    struct rule_hit *next;
    uint32_t rule; /* index */
};

/* One (typology, subject). */
struct fraud_case {
    struct fraud_case *next; /* of the same subject */
    enum label label;
    bool in_truth;
    moment first, last; /* of the truth; MOMENT_NONE: unsaid */
    uint64_t alerts;
    moment alert_first;         /* MOMENT_NONE: never alerted */
    const struct rule *written; /* the rule of that alert */
    moment alert_useful;        /* the earliest at or after `first`; MOMENT_NONE: none */
    struct rule_hit *hits;
};

/* Money that came to (+) or left (-) an account of the truth. */
struct flow {
    struct flow *next;
    moment at;
    uint64_t order; /* of arrival */
    int64_t amount;
    ident payer; /* of what came in */
};

struct subject {
    struct subject *next; /* in the order of their coming */
    ident name;
    enum field_type type;
    struct slice spelling;
    uint32_t truth; /* bit l: bears label l */
    struct fraud_case *cases;
    moment first, last;  /* of the truth, over all its labels */
    moment alert_useful; /* the earliest alert of any typology at or after `first` */
    struct flow *flows;  /* the latest first */
    uint64_t flows_count;
    bool paid; /* a victim: money went to an account of the truth */
};

struct ledger {
    struct arena *arena;
    struct names names; /* about: struct subject */
    struct names seen;  /* digests of the payments that were entered */
    struct subject *subjects, **subjects_end;
};

enum status ledger_open(struct ledger *ledger, size_t memory_max);
void ledger_close(struct ledger *ledger);
struct subject *ledger_find(const struct ledger *ledger, ident name, enum field_type type);
/* The case of a subject, both made if they are new.  STATUS_FULL. */
enum status ledger_case(struct ledger *ledger, ident name, struct slice spelling, enum label label,
                        struct subject **subject, struct fraud_case **out);
/* A row of the truth.  STATUS_REFUSED: its subject is not of the kind of its label. */
enum status ledger_take_truth(struct ledger *ledger, const struct record *row);
enum status ledger_take_finding(struct ledger *ledger, const struct finding *finding);
enum status ledger_take_alert(struct ledger *ledger, const struct alert *alert);
/* A payment, where one of its ends is an account of the truth. */
enum status ledger_take_payment(struct ledger *ledger, const struct record *payment,
                                uint64_t order);
