/** The emoji of the picker: the ones that people use with a company. */
export const EMOJI = [
  "😀 😄 😁 😅 😂 🙂 😉 😊 😍 😘 😎 🤗 🤔 😐 🙄 😕 😟 😢 😭 😡 😱 😴 🤒 🥳",
  "👍 👎 👌 👏 🙌 🙏 💪 👋 ✌️ 🤝 👀 ❤️ 💔 🎉 🎁 ⭐ 🔥 ✨ ✅ ❌ ❓ ❗ 💡 ⏰",
  "📦 🚚 🛒 💳 🧾 📷 📎 📍 📞 📧 💻 📱 🏠 🏪 👕 👟 👜 ☕ 🍕 🌧️ ☀️ ✈️ 🐶 🐱",
]
  .join(" ")
  .split(" ");
