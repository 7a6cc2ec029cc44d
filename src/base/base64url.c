/*
 * base64url.c
 *	  Encodes bytes in base64url (RFC 4648, section 5).
 */
#include "postgres.h"

#include "base/base64url.h"

/*
 * Appends bytes in base64url without padding.
 */
void
adp_base64url_append(StringInfo out, const unsigned char *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < len; i += 3)
	{
		size_t count = Min(len - i, 3);
		uint32 group = (uint32) bytes[i] << 16;

		if (count > 1)
			group |= (uint32) bytes[i + 1] << 8;
		if (count > 2)
			group |= bytes[i + 2];
		/* count bytes become count + 1 digits of six bits */
		for (size_t j = 0; j <= count; j++)
			appendStringInfoChar(out, digits[(group >> (18 - 6 * j)) & 0x3f]);
	}
}
