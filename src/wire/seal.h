/* wire/seal.h - carries what only its maker can read (signatures, encrypted reasoning) through a client of another dialect: in the field
 * that the client's dialect has for its own, marked with the maker's name, so that it comes back byte for byte. Pure; any thread. */

#ifndef TP_WIRE_SEAL_H
#define TP_WIRE_SEAL_H

#include <tokenpak/chat.h>

/* For the field of a client of `dialect`: the seal itself when that dialect made it, else "tp:MAKER:ID:DATA". Empty without a seal. */
tp_escaped tp_seal_pack(tp_arena *arena, tp_dialect dialect, const tp_seal *seal);

/* The field of a client of `dialect`, taken apart. Borrows `field`. */
tp_seal tp_seal_unpack(tp_dialect dialect, tp_escaped field);

/* Whether a body may hold a packed seal of any maker. */
bool tp_seal_inside(tp_bytes body);

/* What a target of `dialect` may be given of it: the data, or nothing when another made it. */
tp_escaped tp_seal_for(const tp_seal *seal, tp_dialect dialect);

#endif
