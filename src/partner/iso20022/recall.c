/* recall.c -- an order becomes a camt.056: FIToFIPaymentCancellationRequest, version 8.
 *
 *   Document ─ FIToFIPmtCxlReq ─┬─ Assgnmt: Id, Assgnr, Assgne, CreDtTm
 *                               └─ Undrlyg ─ TxInf: CxlId, Case, OrgnlGrpInf, Orgnl…Id, amount,
 *                                            day, CxlRsnInf, OrgnlTxRef
 *
 * Invariants:  1. What is written has the elements of the message definition in its order, each
 *                 value of its type: the order is checked whole before a byte is written.
 *              2. The same order is the same bytes.
 * Not chosen:  version 11.  CBPR+ and SEPA take version 8, and every element used here is in all
 *              later ones.  A business header (head.001): whoever carries the letter makes it, for
 *              it names the carrier's service. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

enum { UETR_SIZE = 36, BIC_SIZE = 8, BIC_BRANCH_SIZE = 11 };

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

/* ---- checks ---- */

/* The characters that every network carries (SWIFT's set X without line ends). */
static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_capital(text.at[i]) && !is_small(text.at[i]) && !is_digit(text.at[i]) &&
            memchr("/-?:().,'+ ", text.at[i], 11) == NULL)
            return false;
    return true;
}

static bool id_fine(struct slice id)
{
    if (id.size == 0 || id.size > RECALL_ID_MAX || !is_plain(id) || id.at[0] == ' ' ||
        id.at[id.size - 1] == ' ')
        return false;
    return id.at[0] != '/' && id.at[id.size - 1] != '/' && memmem(id.at, id.size, "//", 2) == NULL;
}

static bool bic_fine(struct slice bic)
{
    if (bic.size != BIC_SIZE && bic.size != BIC_BRANCH_SIZE)
        return false;
    for (size_t i = 0; i < bic.size; i++)
        if (!is_capital(bic.at[i]) && !(is_digit(bic.at[i]) && i != 4 && i != 5))
            return false;
    return true;
}

static bool bank_fine(const struct recall_bank *bank)
{
    bool member = bank->member.size != 0 || bank->clearing.size != 0;
    if (bank->bic.size == 0 && !member)
        return false;
    if (bank->bic.size != 0 && !bic_fine(bank->bic))
        return false;
    if (!member)
        return true;
    bool clearing = bank->clearing.size >= 1 && bank->clearing.size <= 5;
    return clearing && is_plain(bank->clearing) && id_fine(bank->member);
}

/* UUIDv4Identifier: 8a562c67-ca16-48ba-b074-65581be6f011. */
static bool uetr_fine(struct slice uetr)
{
    if (uetr.size != UETR_SIZE || uetr.at[14] != '4' || memchr("89ab", uetr.at[19], 4) == NULL)
        return false;
    for (size_t i = 0; i < uetr.size; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = is_digit(uetr.at[i]) || (uetr.at[i] >= 'a' && uetr.at[i] <= 'f');
        if (dash ? uetr.at[i] != '-' : !hex)
            return false;
    }
    return true;
}

static bool currency_fine(struct slice currency)
{
    return currency.size == 3 && is_capital(currency.at[0]) && is_capital(currency.at[1]) &&
           is_capital(currency.at[2]);
}

/* "pacs.008.001.08" */
static bool message_name_fine(struct slice name)
{
    static const char FORM[] = "aaaa.ddd.ddd.dd";
    if (name.size != sizeof FORM - 1)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.at[i];
        if (FORM[i] == '.' ? c != '.' : FORM[i] == 'd' ? !is_digit(c) : !is_small(c))
            return false;
    }
    return true;
}

/* Valid UTF-8 of at most so many characters, none of them a control character. */
static bool text_fine(struct slice text, size_t characters_max)
{
    size_t characters = 0;
    struct slice rest = text;
    if (!utf8_valid(text))
        return false;
    while (rest.size != 0) {
        uint32_t point = utf8_next(&rest);
        if (point < 0x20 || point == 0x7F || point == 0xFFFE || point == 0xFFFF)
            return false;
        characters++;
    }
    return characters <= characters_max;
}

static bool is_in_years(moment at)
{
    return at.ms >= 0 && at.ms <= MOMENT_MS_MAX;
}

static bool ids_fine(const struct recall_order *order)
{
    const struct slice MAYBE[] = {order->case_id, order->message_id, order->instruction_id,
                                  order->end_to_end_id, order->tx_id};
    for (size_t i = 0; i < sizeof MAYBE / sizeof MAYBE[0]; i++)
        if (MAYBE[i].size != 0 && !id_fine(MAYBE[i]))
            return false;
    return id_fine(order->id);
}

static enum recall_fault check_money(const struct recall_order *order)
{
    if (!currency_fine(order->currency))
        return RECALL_BAD_CURRENCY;
    if (order->amount <= 0 || order->amount > 999999999999999999)
        return RECALL_BAD_AMOUNT;
    if (!text_fine(order->payer_account, RECALL_ACCOUNT_MAX) ||
        !text_fine(order->payee_account, RECALL_ACCOUNT_MAX))
        return RECALL_BAD_ACCOUNT;
    bool texts = text_fine(order->payee_name, RECALL_NAME_MAX) &&
                 text_fine(order->note, RECALL_NOTE_LINES_MAX * RECALL_NOTE_LINE_MAX);
    return texts ? RECALL_FINE : RECALL_BAD_TEXT;
}

static enum recall_fault check(const struct recall_order *order)
{
    must(order->reason < RECALL_REASONS_COUNT);
    if (!ids_fine(order))
        return RECALL_BAD_ID;
    if (!bank_fine(&order->from) || !bank_fine(&order->to))
        return RECALL_BAD_BANK;
    if (order->uetr.size == 0 && order->tx_id.size == 0)
        return RECALL_NO_PAYMENT;
    if (order->uetr.size != 0 && !uetr_fine(order->uetr))
        return RECALL_BAD_UETR;
    if (order->message_id.size != 0 && !message_name_fine(order->message_name))
        return RECALL_BAD_MESSAGE_NAME;
    bool day =
        order->day == RECALL_DAY_NONE || (order->day >= 0 && order->day <= MOMENT_MS_MAX / DAY_MS);
    if (!is_in_years(order->at) || !day)
        return RECALL_BAD_TIME;
    return check_money(order);
}

/* ---- writing ---- */

/* <name>value</name>; nothing where there is no value. */
static void put(struct text *text, const char *name, struct slice value)
{
    if (value.size == 0)
        return;
    text_addf(text, "<%s>", name);
    text_add_markup(text, value);
    text_addf(text, "</%s>", name);
}

static void put_bank(struct text *text, const char *name, const struct recall_bank *bank)
{
    text_addf(text, "<%s><Agt><FinInstnId>", name);
    put(text, "BICFI", bank->bic);
    if (bank->member.size != 0) {
        text_add_string(text, "<ClrSysMmbId><ClrSysId>");
        put(text, "Cd", bank->clearing);
        text_add_string(text, "</ClrSysId>");
        put(text, "MmbId", bank->member);
        text_add_string(text, "</ClrSysMmbId>");
    }
    text_addf(text, "</FinInstnId></Agt></%s>", name);
}

static void put_amount(struct text *text, int64_t amount, struct slice currency)
{
    int64_t unit = 1;
    int digits = currency_digits(currency);
    for (int i = 0; i < digits; i++)
        unit *= 10;
    text_addf(text, "<OrgnlIntrBkSttlmAmt Ccy=\"%.*s\">%lld", (int)currency.size, currency.at,
              (long long)(amount / unit));
    if (digits != 0)
        text_addf(text, ".%0*lld", digits, (long long)(amount % unit));
    text_add_string(text, "</OrgnlIntrBkSttlmAmt>");
}

static void put_day(struct text *text, const char *name, int64_t day)
{
    if (day == RECALL_DAY_NONE)
        return;
    struct civil civil = civil_of_moment((moment){day * DAY_MS}, 0);
    text_addf(text, "<%s>%04d-%02d-%02d</%s>", name, civil.year, civil.month, civil.day, name);
}

/* An IBAN by its form and its check digits (ISO 13616: the number modulo 97 is 1). */
static bool is_iban(struct slice account)
{
    unsigned rest = 0;
    if (account.size < 15 || account.size > RECALL_ACCOUNT_MAX || !is_capital(account.at[0]) ||
        !is_capital(account.at[1]) || !is_digit(account.at[2]) || !is_digit(account.at[3]))
        return false;
    for (size_t i = 0; i < account.size; i++) {
        char c = account.at[(i + 4) % account.size];
        if (is_digit(c))
            rest = (rest * 10 + (unsigned)(c - '0')) % 97;
        else if (is_capital(c))
            rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
        else
            return false;
    }
    return rest == 1;
}

static void put_account(struct text *text, const char *name, struct slice account)
{
    if (account.size == 0)
        return;
    bool iban = is_iban(account);
    text_addf(text, iban ? "<%s><Id>" : "<%s><Id><Othr>", name);
    put(text, iban ? "IBAN" : "Id", account);
    text_addf(text, iban ? "</Id></%s>" : "</Othr></Id></%s>", name);
}

/* The note in lines of so many characters. */
static void put_note(struct text *text, struct slice note)
{
    struct slice rest = note;
    while (rest.size != 0) {
        const char *from = rest.at;
        for (unsigned i = 0; i < RECALL_NOTE_LINE_MAX && rest.size != 0; i++)
            (void)utf8_next(&rest);
        put(text, "AddtlInf", (struct slice){from, (size_t)(rest.at - from)});
    }
}

static void put_assignment(struct text *text, const struct recall_order *order)
{
    text_add_string(text, "<Assgnmt>");
    put(text, "Id", order->id);
    put_bank(text, "Assgnr", &order->from);
    put_bank(text, "Assgne", &order->to);
    text_add_string(text, "<CreDtTm>");
    text_add_moment(text, order->at, 0);
    text_add_string(text, "</CreDtTm></Assgnmt>");
}

static void put_origin(struct text *text, const struct recall_order *order)
{
    if (order->message_id.size != 0) {
        text_add_string(text, "<OrgnlGrpInf>");
        put(text, "OrgnlMsgId", order->message_id);
        put(text, "OrgnlMsgNmId", order->message_name);
        text_add_string(text, "</OrgnlGrpInf>");
    }
    put(text, "OrgnlInstrId", order->instruction_id);
    put(text, "OrgnlEndToEndId", order->end_to_end_id);
    put(text, "OrgnlTxId", order->tx_id);
    put(text, "OrgnlUETR", order->uetr);
    put_amount(text, order->amount, order->currency);
    put_day(text, "OrgnlIntrBkSttlmDt", order->day);
}

static void put_reason(struct text *text, const struct recall_order *order)
{
    text_add_string(text, "<CxlRsnInf><Rsn>");
    put(text, "Cd", slice_of(recall_reason_code(order->reason)));
    text_add_string(text, "</Rsn>");
    put_note(text, order->note);
    text_add_string(text, "</CxlRsnInf>");
}

static void put_parties(struct text *text, const struct recall_order *order)
{
    if (order->payer_account.size + order->payee_account.size + order->payee_name.size == 0)
        return;
    text_add_string(text, "<OrgnlTxRef>");
    put_account(text, "DbtrAcct", order->payer_account);
    if (order->payee_name.size != 0) {
        text_add_string(text, "<Cdtr><Pty>");
        put(text, "Nm", order->payee_name);
        text_add_string(text, "</Pty></Cdtr>");
    }
    put_account(text, "CdtrAcct", order->payee_account);
    text_add_string(text, "</OrgnlTxRef>");
}

enum status recall_write(struct text *text, const struct recall_order *order,
                         enum recall_fault *fault)
{
    must(!text->full);
    enum recall_fault found = check(order);
    size_t size = text->size;
    if (found != RECALL_FINE) {
        *fault = found;
        return STATUS_MALFORMED;
    }
    text_add_string(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
                          "xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.056.001.08\">"
                          "<FIToFIPmtCxlReq>");
    put_assignment(text, order);
    text_add_string(text, "<Undrlyg><TxInf>");
    put(text, "CxlId", order->id);
    if (order->case_id.size != 0) {
        text_add_string(text, "<Case>");
        put(text, "Id", order->case_id);
        put_bank(text, "Cretr", &order->from);
        text_add_string(text, "</Case>");
    }
    put_origin(text, order);
    put_reason(text, order);
    put_parties(text, order);
    text_add_string(text, "</TxInf></Undrlyg></FIToFIPmtCxlReq></Document>\n");
    if (!text->full)
        return STATUS_OK;
    text->size = size;
    text->at[size] = '\0';
    text->full = false;
    return STATUS_FULL;
}
