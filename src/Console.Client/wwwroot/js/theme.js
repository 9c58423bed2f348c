// Kept in a cookie so that the server paints the right colours before WebAssembly has loaded.
export function remember(cookie, theme) {
    document.documentElement.dataset.theme = theme;
    document.cookie = `${cookie}=${theme}; path=/; max-age=31536000; samesite=lax`;
}
