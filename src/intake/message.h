/* message.h -- messages between banks, ISO 20022: transfers (pacs.008) become payments, returns
 * (pacs.004) payments that take others back; of reports (pacs.002), those of a failure do so too,
 * or are told. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "markup/gather.h"
#include "row.h"
#include "source.h"

/* The columns of a row, by the names that message_columns.inc gives them. */
enum message_column {
    TRANSFER_CREATED,
    TRANSFER_INSTG_OF_ALL,
    TRANSFER_INSTD_OF_ALL,
    TRANSFER_UETR,
    TRANSFER_TX,
    TRANSFER_INSTR,
    TRANSFER_AMOUNT,
    TRANSFER_CURRENCY,
    TRANSFER_ACCEPTED,
    TRANSFER_DEBITED,
    TRANSFER_INSTG,
    TRANSFER_INSTD,
    TRANSFER_DBTR_IBAN,
    TRANSFER_DBTR_OTHR,
    TRANSFER_DBTR_PRXY,
    TRANSFER_DBTR_BIC,
    TRANSFER_DBTR_MMB,
    TRANSFER_DBTR_AGT,
    TRANSFER_CDTR_IBAN,
    TRANSFER_CDTR_OTHR,
    TRANSFER_CDTR_PRXY,
    TRANSFER_CDTR_BIC,
    TRANSFER_CDTR_MMB,
    TRANSFER_CDTR_AGT,
    TRANSFER_REV_UETR,
    TRANSFER_REV_TX,
    TRANSFER_REV_INSTR,
    TRANSFER_COLUMNS, /* of a row; those behind are only looked at */
    TRANSFER_OF_ALL = TRANSFER_COLUMNS,
    TRANSFER_MESSAGE,
    TRANSFER_END_TO_END,
    TRANSFER_OF_ONE,
    TRANSFER_NUMBER,
};

/* In the order in which text_add_messages() names them. */
enum message_form { MESSAGE_TRANSFER, MESSAGE_RETURN, MESSAGE_REPORT, MESSAGE_FORMS };

enum message_what {
    MESSAGE_PAYMENT, /* of its columns a payment is made */
    MESSAGE_PASSED,  /* a report of no failure */
    MESSAGE_WRONG,   /* a reject: reason, path, value */
};

struct message_row {
    enum message_what what;
    enum message_form form;
    uint64_t line;
    enum reject_reason reason;
    struct slice path, value;
    struct slice column[TRANSFER_COLUMNS];
};

struct messages; /* of one file at a time */

/* STATUS_FULL.  Memory from boot, for any number of files one after another. */
enum status messages_create(struct messages **out, struct arena *boot);
/* A file whose first byte stands on this line. */
void messages_begin(struct messages *messages, uint64_t line);
/* The next row, lent until the next call.  END: no more.  MALFORMED: nothing can be read behind
 * this, see messages_trouble(). */
enum status messages_next(struct messages *messages, struct source *source,
                          const struct message_row **out);
const struct markup_trouble *messages_trouble(const struct messages *messages);
/* For the end of the process. */
void messages_destroy(struct messages *messages);

/* How a payment is made of a row, and the paths of its columns, TRANSFER_COLUMNS for each form.
 * Memory from the arena. */
enum status message_plan(struct plan *plan, const struct slice **paths, struct arena *arena);
/* "pacs.008.001.02–12, pacs.004.001.02–14, pacs.002.001.03–14". */
void text_add_messages(struct text *text);
/* The values of the row, each with its path, for people. */
void text_add_message_row(struct text *text, const struct message_row *row);
