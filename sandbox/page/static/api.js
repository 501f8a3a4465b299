// What the page asks of the server.

/** Do something in town. Rejects with an Error whose message is for the reader. */
export async function act(body) {
  let response;
  try {
    response = await fetch("page/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("Нет связи с показом. Проверьте, что он ещё запущен.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "Не получилось. Обновите страницу.");
  return answer;
}

export async function readStage() {
  const response = await fetch("page/stage");
  return response.json();
}
