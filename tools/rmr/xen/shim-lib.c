/* SPDX-License-Identifier: GPL-2.0-only */
/* What shim.h declares and the model's shim needs, too. */

size_t shim_strlcpy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);

    if ( size )
    {
        memcpy(dst, src, min(len, size - 1));
        dst[min(len, size - 1)] = '\0';
    }

    return len;
}

long long simple_strtoll(const char *cp, const char **endp, unsigned int base)
{
    return strtoll(cp, (char **)endp, base);
}

char *safe_copy_string_from_guest(shim_handle_char h, size_t size, size_t max)
{
    return ERR_PTR(-EFAULT);
}
