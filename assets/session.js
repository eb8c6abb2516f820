// What the browser does about the session: forms carry its token, and when it has ended, people are led to
// the sign-in page and back here afterwards. Loaded before Dash's renderer asks for anything.
(function () {
    "use strict";

    function tokenCookie() {
        var mark = document.querySelector('meta[name="keepsight-token-cookie"]');
        return mark ? mark.content : "";
    }

    function token() {
        var wanted = tokenCookie() + "=";
        var found = document.cookie.split("; ").filter(function (part) {
            return part.indexOf(wanted) === 0;
        });
        return found.length ? decodeURIComponent(found[0].slice(wanted.length)) : "";
    }

    var leaving = false;
    function askToSignIn() {
        if (leaving) {
            return;
        }
        leaving = true;
        var here = window.location.pathname + window.location.search;
        window.location.assign("/sign-in?next=" + encodeURIComponent(here));
    }

    var plainFetch = window.fetch;
    window.fetch = function () {
        return plainFetch.apply(window, arguments).then(function (answer) {
            if (answer.status === 401 && new URL(answer.url).origin === window.location.origin) {
                askToSignIn();
            }
            return answer;
        });
    };

    document.addEventListener("submit", function (event) {
        var form = event.target;
        if (form.method !== "post" || new URL(form.action).origin !== window.location.origin) {
            return;
        }
        var field = form.querySelector('input[name="csrf_token"]');
        if (!field) {
            field = document.createElement("input");
            field.type = "hidden";
            field.name = "csrf_token";
            form.appendChild(field);
        }
        field.value = token();
    }, true);

    window.keepsight = window.keepsight || {};
    window.keepsight.csrfToken = token;
})();
