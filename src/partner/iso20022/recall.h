/* recall.h -- asking another bank for money back, in the words that banks use (ISO 20022).
 *
 *      struct recall_order ──> camt.056 ──> the other bank
 *      struct recall_answer <── camt.029 (yes, no, later), pacs.004 (here it is), pacs.002 (the
 *                               payment itself failed or arrived)
 *
 * A recall is a request between banks; it does not replace a stop order, and binds nobody.  This
 * room writes and reads letters; it keeps nothing, sends nothing, and decides nothing.  Whoever
 * asks pairs an answer with its order: by the case, the UETR, or the ids of the payment.
 *
 * Amounts are whole minor units of their currency (currency_digits()); times are moments; days are
 * counted from 1970-01-01. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "markup/markup.h"
#include "record/record.h"

#define RECALL_DAY_NONE INT64_MIN

enum {
    RECALL_BYTES_MAX = 16384, /* a camt.056 of ours is never longer */
    RECALL_ID_MAX = 35,       /* characters of an id (Max35Text) */
    RECALL_ACCOUNT_MAX = 34,
    RECALL_NAME_MAX = 140,
    RECALL_NOTE_LINE_MAX = 105, /* characters of one AddtlInf */
    RECALL_NOTE_LINES_MAX = 2,
    RECALL_REASONS_MAX = 4,
};

/* A bank: by its BIC, or by its number in a clearing system ("CNAPS", "102100099996"), or both. */
struct recall_bank {
    struct slice bic;
    struct slice clearing, member; /* both or neither; empty: not known */
};

/* Why money is asked for: a code of ISO 20022, with what it means to people. */
enum recall_reason {
#define RECALL_REASON(code, en, zh) RECALL_FOR_##code,
#include "order_reasons.inc"
#undef RECALL_REASON
    RECALL_REASONS_COUNT
};

/* Everything is lent.  Empty texts are not known, and are not written. */
struct recall_order {
    struct slice id;      /* ours, one of its kind: the message's and the cancellation's */
    struct slice case_id; /* what the answer will name; empty: no case */
    moment at;            /* when it is asked */
    struct recall_bank from, to;
    enum recall_reason reason; /* RECALL_FOR_FRAD, the first */
    struct slice note;         /* for whoever reads it there; nothing personal belongs here */

    /* the payment; UETR or transaction id must be there */
    struct slice message_id;                    /* of the pacs.008 that ordered it */
    struct slice message_name;                  /* "pacs.008.001.08"; if message_id is there */
    struct slice instruction_id, end_to_end_id; /* as the payment had them */
    struct slice tx_id, uetr;
    int64_t amount; /* between the banks; above 0 */
    struct slice currency;
    int64_t day; /* of settlement; RECALL_DAY_NONE: not known */
    struct slice payer_account, payee_account, payee_name;
};

/* What is wrong with an order, or with an answer. */
enum recall_fault {
#define RECALL_FAULT(name, en, zh) RECALL_##name,
#include "recall_faults.inc"
#undef RECALL_FAULT
    RECALL_FAULTS_COUNT
};

/* The order as a camt.056.001.08, one TxInf, the case inside it, as CBPR+ asks; its texts escaped.
 * Nothing is added unless OK.  STATUS_MALFORMED: the order is not one, see `*fault`; STATUS_FULL:
 * the text has less than RECALL_BYTES_MAX left and it did not fit. */
enum status recall_write(struct text *text, const struct recall_order *order,
                         enum recall_fault *fault);

enum recall_verdict {
    RECALL_ACCEPTED, /* the money will come, with a pacs.004 of its own */
    RECALL_REFUSED,  /* for the reasons given */
    RECALL_PENDING,  /* asked on; another answer will come */
    RECALL_PARTLY,   /* some of it is accepted */
    RECALL_RETURNED, /* `amount` comes back */
    RECALL_FAILED,   /* of the payment: it never arrived, so there is nothing to ask for */
    RECALL_SETTLED,  /* of the payment: it arrived */
    RECALL_OTHER,    /* something else; see `code` */
    RECALL_VERDICTS_COUNT
};

enum recall_message { RECALL_CAMT_029, RECALL_PACS_004, RECALL_PACS_002, RECALL_MESSAGES_COUNT };

/* One answer about one payment.  Lent until the call returns; texts are empty where the message
 * does not say it. */
struct recall_answer {
    enum recall_verdict verdict;
    enum recall_message message;
    unsigned version;  /* 9 of camt.029.001.09; 0: unsaid */
    uint64_t line;     /* where it begins */
    struct slice id;   /* of the message, given by who answers */
    struct slice part; /* of this part of it: CxlStsId, RtrId, StsId */
    moment at;         /* when the message was made */
    struct slice case_id;
    struct slice message_id; /* the message it is about: of the payment, or our request */
    struct slice instruction_id, end_to_end_id, tx_id, uetr;
    struct slice code; /* as written: "CNCL", "RJCR", "RJCT" */
    unsigned reasons_count;
    struct slice reason[RECALL_REASONS_MAX]; /* "CUST", "FOCR"; see recall_reason_says() */
    struct slice note;                       /* line ends between several */
    bool has_amount, has_first_amount;
    int64_t amount; /* that comes back; of a camt.029, that is spoken of */
    struct slice currency;
    int64_t first_amount; /* of the payment */
    struct slice first_currency;
    int64_t day; /* on which it is settled */
};

/* What looked like an answer and is none. */
struct recall_wrong {
    enum recall_fault fault;
    uint64_t line;
    struct slice path, value;
};

/* Each answer comes once, or its fault does; another status than OK ends the reading. */
struct recall_sink {
    enum status (*take)(void *self, const struct recall_answer *answer);
    enum status (*wrong)(void *self, const struct recall_wrong *wrong);
    void *self;
};

/* Reads camt.029.001.03 to .13, pacs.004.001.02 to .14 and pacs.002.001.03 to .14, in any envelope,
 * several one behind the other.  `zone_minutes`: of times that do not say theirs.  Memory from
 * request.  STATUS_MALFORMED: `*trouble`; answers before it were handed over.  STATUS_FULL. */
enum status recall_read(struct slice bytes, int32_t zone_minutes, struct recall_sink sink,
                        struct arena *request, struct markup_trouble *trouble);

/* What a code of a reason means; NULL: unknown here.  Codes of both directions. */
const struct saying *recall_reason_says(struct slice code);
const char *recall_reason_code(enum recall_reason reason);
const struct saying *recall_fault_says(enum recall_fault fault);
const struct saying *recall_verdict_says(enum recall_verdict verdict);
/* "accepted", "refused", …: for programs. */
const char *recall_verdict_name(enum recall_verdict verdict);
