const english = {
  heading: "Chat with us",
  open: "Open chat",
  close: "Close chat",
  conversation: "Conversation",
  input: "Your message",
  placeholder: "Write a message",
  send: "Send",
  you: "You",
  bot: "Assistant",
  typing: "Writing …",
  sources: "Sources",
  earlier: "Earlier messages",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  thanks: "Thank you.",
  person: "Talk to a person",
  forget: "Forget this chat",
  forgotten: "The chat is forgotten on this device.",
  retry: "Try again",
  confirm: "Confirm",
  queued: "Waiting to be sent",
  failed: "Not sent.",
  connecting: "Connecting …",
  offline: "No connection. Messages wait for it.",
  unavailable: "Nobody can take over right now.",
};

/**
 * What the widget says: English, with the page's own words in front.
 * @param {string | null} own a JSON object of the names above; anything else in it is passed over
 */
export const stringsWith = (own) => {
  const strings = { ...english };
  try {
    for (const [word, text] of Object.entries(JSON.parse(own ?? "{}"))) {
      if (word in english && typeof text === "string") strings[word] = text;
    }
  } catch {
    console.warn("botctl-chat: bad strings");
  }
  return strings;
};
