# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of accounts as Android's account service names them: a person's, and those that the maker's system makes.

Types and not names decide, so that what a person calls an account never counts; names are never read.
"""

from collections.abc import Mapping

PERSONS_TYPES = frozenset(
    {
        "com.google",
        "com.google.work",
        "com.osp.app.signin",
        "com.xiaomi",
        "com.huawei.hwid",
        "com.hihonor.id",
        "com.oppo.usercenter",
        "com.heytap.usercenter",
        "com.vivo.bbkaccount",
        "com.bbk.account",
        "com.motorola.ccc",
        "com.oneplus.account",
        "com.meizu.account",
        "com.android.exchange",
        "com.microsoft.workaccount",
        "com.google.android.gm.exchange",
        "com.google.android.gm.pop3",
        "com.google.android.gm.legacyimap",
        "com.whatsapp",
        "org.telegram.messenger",
        "com.facebook.auth.login",
        "com.tencent.mm.account",
    }
)
"""Types printed by name. Any other is `other`: an app may hide anything in the name of its account type."""
UNLISTED = "unlisted"
"""Stands for accounts that were counted and whose types were not read: they may be anybody's."""
SYSTEM_TYPES: Mapping[str, str] = {
    "com.android.localphone": "Qualcomm contacts; dump of a Quectel SC60, Android 7.1.2: made by uid 1000 in 1970",
    "com.android.sim": "Qualcomm contacts, the cards'; the authenticator beside it in the same dump",
    "com.android.contacts.default": "LG and Motorola contacts [unconfirmed: only in lists of contact apps]",
    "Local Phone Account": "MediaTek contacts: new Account(Phone or Tablet, ...) in its backup and contacts apps",
    "SIM Account": "MediaTek contacts, AccountTypeUtils beside it",
    "USIM Account": "MediaTek contacts, the same",
    "RUIM Account": "MediaTek contacts, the same",
    "CSIM Account": "MediaTek contacts, the same [unconfirmed]",
    "sprd.com.android.account.phone": "Unisoc contacts, PhoneAccountType: an AccountManager account named Phone",
    "sprd.com.android.account.sim": "Unisoc contacts, SimAccountType",
    "sprd.com.android.account.usim": "Unisoc contacts, USimAccountType",
    "vnd.sec.contact.phone": "Samsung contacts [unconfirmed as an account: seen as a contact's account type]",
    "vnd.sec.contact.sim": "Samsung contacts, card 1 [unconfirmed, the same]",
    "vnd.sec.contact.sim2": "Samsung contacts, card 2 [unconfirmed, the same]",
    "com.android.huawei.phone": "Huawei contacts [unconfirmed, the same]",
    "com.android.huawei.sim": "Huawei contacts, card 1 [unconfirmed, the same]",
    "com.android.huawei.secondsim": "Huawei contacts, card 2 [unconfirmed, the same]",
    "com.oppo.contacts.device": "OPPO, OnePlus and realme contacts [unconfirmed, the same]",
    "com.lge.phone": "LG contacts [unconfirmed, the same]",
    "com.sonyericsson.localcontacts": "Sony contacts [unconfirmed, the same]",
    "com.htc.android.pcsc": "HTC contacts [unconfirmed, the same]",
}
"""Type -> whose it is, and where it is known from. The contacts app makes such an account at its first start; it stays
on the phone, is hidden in Settings and has nobody's password behind it. It arms no protection: that looks for Google's.
"""
