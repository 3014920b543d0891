/* payment.c -- a record of a payment, turned into what the money index keeps of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/payment.h"

static ident name_or_unknown(const struct record *record, unsigned field)
{
    return record_knows(record, field) ? record->field[field].name : IDENT_UNKNOWN;
}

bool payment_of_record(const struct record *record, struct payment *out)
{
    must(record->kind == RECORD_payment);
    int64_t amount = record->field[FIELD_OF(payment, amount)].whole;
    ident payer = name_or_unknown(record, FIELD_OF(payment, payer));
    ident payee = name_or_unknown(record, FIELD_OF(payment, payee));
    if (!record_knows(record, FIELD_OF(payment, amount)) || amount <= 0)
        return false;
    if (!ident_known(payer) && !ident_known(payee))
        return false;
    if (record->at.ms < MOMENT_MS_MIN || record->at.ms > MOMENT_MS_MAX)
        return false;
    bool balance = record_knows(record, FIELD_OF(payment, balance));
    bool channel = record_knows(record, FIELD_OF(payment, channel));
    ident id = name_or_unknown(record, FIELD_OF(payment, id));
    ident reverses = name_or_unknown(record, FIELD_OF(payment, reverses));
    *out = (struct payment){
        .key = {record->at.ms, record->position},
        .name = payment_name(id, record->digest),
        .reverses = reverses.bits,
        .payer = payer,
        .payee = payee,
        .amount = amount,
        .balance = balance ? record->field[FIELD_OF(payment, balance)].whole : MONEY_UNKNOWN,
        .currency = name_or_unknown(record, FIELD_OF(payment, currency)),
        .payer_bank = name_or_unknown(record, FIELD_OF(payment, payer_bank)),
        .payee_bank = name_or_unknown(record, FIELD_OF(payment, payee_bank)),
        .channel = channel ? (uint8_t)record->field[FIELD_OF(payment, channel)].whole
                           : (uint8_t)CHANNEL_UNKNOWN,
    };
    return true;
}
