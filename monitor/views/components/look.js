// For a page that is Streamlit's own: it wears the look of this screen.
import { linkStyle } from "./host.js";
import { dress, themeOf } from "./theme.js";

export default ({ data }) => {
  ["tokens.css", "streamlit.css"].forEach(linkStyle);
  dress(themeOf(data?.theme));
};
